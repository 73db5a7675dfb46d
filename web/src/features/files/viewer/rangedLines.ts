/** Reads bytes `from` (inclusive) to `to` (exclusive). */
export type ReadBytes = (from: number, to: number) => Promise<Uint8Array>;

const CHUNK = 256 * 1024;
const OVERLAP = 8 * 1024;
/** Longer lines are cut: a page must not lay out a megabyte in a row. */
const SHOWN = 2_000;
const GUESSED_LINE = 80;
const NEWLINE = 10;

interface Chunk {
  readonly lines: readonly string[];
}

/** The lines of a large text, of which only those that are looked at are read. Where no line has been read yet their
 * number is a guess from those that have been; it grows exact as they come. */
export class RangedLines {
  readonly #chunks: (Chunk | "coming" | null)[];
  readonly #read: ReadBytes;
  readonly #changed: () => void;
  readonly #end: number;
  #starts: Float64Array;
  #failure: unknown = null;

  /** @param start first byte of the part that is shown
   * @param end its last byte, exclusive
   */
  constructor(
    read: ReadBytes,
    readonly start: number,
    end: number,
    changed: () => void,
  ) {
    this.#read = read;
    this.#end = end;
    this.#changed = changed;
    this.#chunks = Array.from({ length: Math.max(1, Math.ceil((end - start) / CHUNK)) }, () => null);
    this.#starts = this.#place();
  }

  /** How many lines there are, as far as that is known. */
  get count(): number {
    return this.#starts[this.#chunks.length] ?? 0;
  }

  /** Whether `count` is exact. */
  get exact(): boolean {
    return this.#chunks.every(isRead);
  }

  /** Why the last read failed, null if it did not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Returns a line, or null while it is on its way; asks for it if nobody has. */
  line(index: number): string | null {
    const at = this.#chunkOf(index);
    const chunk = this.#chunks[at];
    if (chunk === null) void this.#load(at);
    if (!isRead(chunk)) return null;
    return chunk.lines[index - (this.#starts[at] ?? 0)] ?? "";
  }

  /** Forgets the failure, so that what is looked at is asked for again. */
  retry(): void {
    this.#failure = null;
    this.#changed();
  }

  async #load(at: number): Promise<void> {
    if (this.#failure !== null) return;
    this.#chunks[at] = "coming";
    const from = this.start + at * CHUNK;
    const to = Math.min(this.#end, from + CHUNK);
    // One byte before tells whether a line begins here; the overlap completes the last one.
    const first = Math.max(0, from - 1);
    try {
      const bytes = await this.#read(first, to + OVERLAP);
      this.#chunks[at] = { lines: linesOf(bytes, first === from ? 0 : -1, to - first) };
      this.#starts = this.#place();
    } catch (error) {
      this.#chunks[at] = null;
      this.#failure = error;
    }
    this.#changed();
  }

  #chunkOf(index: number): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Returns the number of the first line of each chunk, and behind them that of all lines. */
  #place(): Float64Array {
    const read = this.#chunks.filter(isRead);
    const known = read.reduce((sum, chunk) => sum + chunk.lines.length, 0);
    const guess = known > 0 ? known / read.length : CHUNK / GUESSED_LINE;
    const starts = new Float64Array(this.#chunks.length + 1);
    this.#chunks.forEach((chunk, at) => {
      const bytes = Math.min(CHUNK, this.#end - this.start - at * CHUNK);
      const lines = isRead(chunk) ? chunk.lines.length : Math.max(1, Math.round((guess * bytes) / CHUNK));
      starts[at + 1] = (starts[at] ?? 0) + lines;
    });
    return starts;
  }
}

function isRead(chunk: Chunk | "coming" | null | undefined): chunk is Chunk {
  return typeof chunk === "object" && chunk !== null;
}

/** Returns the lines that begin before `end`.
 *
 * @param from 0 where a line begins with the first byte, -1 where the first byte is the one before the chunk's
 */
function linesOf(bytes: Uint8Array, from: 0 | -1, end: number): readonly string[] {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let at = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  if (from === -1 && at === 0) return lines;
  while (at < end) {
    const newline = bytes.indexOf(NEWLINE, at);
    const stop = newline < 0 ? bytes.length : newline;
    const shown = Math.min(stop, at + SHOWN);
    lines.push(decoder.decode(bytes.subarray(at, shown)) + (shown < stop ? " …" : ""));
    if (newline < 0) break;
    at = newline + 1;
  }
  return lines;
}
