import { plain } from "../../../ui/ansi";

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
  readonly #chunks: (Chunk | null)[];
  readonly #coming = new Map<number, Promise<void>>();
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
    if (chunk) return chunk.lines[index - (this.#starts[at] ?? 0)] ?? "";
    void this.#load(at);
    return null;
  }

  /** Looks for the next line that holds a text, whatever its case, first behind line `from`, then from the other end; -1
   * and `count` stand before the first and behind the last line. What it passes is read and kept. Of a line that is cut,
   * only what is shown is looked at.
   *
   * @param step 1 to look forward, -1 to look backward
   * @param onProgress told which part of the whole has been looked at, 0 to 1
   * @returns the line, null where no line holds the text
   * @throws the reason of `signal`, or why a read failed
   */
  async find(
    text: string,
    from: number,
    step: 1 | -1,
    signal: AbortSignal,
    onProgress: (part: number) => void,
  ): Promise<number | null> {
    const wanted = text.toLowerCase();
    const holds = (line: string) => plain(line).toLowerCase().includes(wanted);
    const all = this.#chunks.length;
    const first = this.#chunkOf(Math.max(0, from));
    await this.#load(first);
    // A line's number moves when the chunks before it come, its place in its own chunk does not.
    const origin = from - (this.#starts[first] ?? 0);
    for (let passed = 0; passed <= all; passed++) {
      const at = (((first + step * passed) % all) + all) % all;
      await this.#load(at);
      signal.throwIfAborted();
      if (this.#failure !== null) throw this.#failure;
      const lines = this.#chunks[at]?.lines ?? [];
      const found = next(lines, passed === 0 ? origin : step > 0 ? -1 : lines.length, step, holds);
      if (found !== null) return (this.#starts[at] ?? 0) + found;
      onProgress(passed / all);
    }
    return null;
  }

  /** Forgets the failure, so that what is looked at is asked for again. */
  retry(): void {
    this.#failure = null;
    this.#changed();
  }

  /** Returns when a chunk is there, or has failed to come. */
  #load(at: number): Promise<void> {
    if (this.#failure !== null || this.#chunks[at]) return Promise.resolve();
    const coming = this.#coming.get(at) ?? this.#readChunk(at).finally(() => this.#coming.delete(at));
    this.#coming.set(at, coming);
    return coming;
  }

  async #readChunk(at: number): Promise<void> {
    const from = this.start + at * CHUNK;
    const to = Math.min(this.#end, from + CHUNK);
    // One byte before tells whether a line begins here; the overlap completes the last one.
    const first = Math.max(0, from - 1);
    try {
      const bytes = await this.#read(first, to + OVERLAP);
      this.#chunks[at] = { lines: linesOf(bytes, first === from ? 0 : -1, to - first) };
      this.#starts = this.#place();
    } catch (error) {
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
      const lines = chunk ? chunk.lines.length : Math.max(1, Math.round((guess * bytes) / CHUNK));
      starts[at + 1] = (starts[at] ?? 0) + lines;
    });
    return starts;
  }
}

function isRead(chunk: Chunk | null): chunk is Chunk {
  return chunk !== null;
}

/** Returns the place of the first line behind `from` that `holds`, null if none does. */
function next(lines: readonly string[], from: number, step: 1 | -1, holds: (line: string) => boolean): number | null {
  for (let at = from + step; at >= 0 && at < lines.length; at += step) {
    if (holds(lines[at] ?? "")) return at;
  }
  return null;
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
