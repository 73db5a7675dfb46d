import { describe, expect, test, vi } from "vitest";
import { RangedLines } from "./rangedLines";

const LINES = Array.from({ length: 60_000 }, (_, at) => `${at} ${"ü".repeat(at % 23)}`);
const BYTES = new TextEncoder().encode(LINES.join("\n") + "\n");

function open(bytes: Uint8Array, start = 0, end = bytes.length) {
  const reads: [number, number][] = [];
  const changed = vi.fn();
  const read = async (from: number, to: number) => {
    reads.push([from, to]);
    return Promise.resolve(bytes.subarray(from, to));
  };
  return { lines: new RangedLines(read, start, end, changed), reads, changed };
}

async function readAll(lines: RangedLines) {
  for (let at = 0; at < lines.count; at++) {
    if (lines.line(at) === null) await vi.waitFor(() => expect(lines.line(at)).not.toBeNull());
  }
}

describe("a large text", () => {
  test("nothing is read before it is looked at, and then only what is there", async () => {
    const { lines, reads } = open(BYTES);
    expect(reads).toEqual([]);
    expect(lines.line(0)).toBeNull();
    expect(lines.line(1)).toBeNull();
    await vi.waitFor(() => expect(lines.line(0)).toBe(LINES[0]));
    expect(reads).toHaveLength(1);
    expect(reads[0]?.[1]).toBeLessThan(300_000);
    expect(lines.exact).toBe(false);
  });

  test("every line comes once, whole and in order, over all borders of what is read", async () => {
    const { lines } = open(BYTES);
    await readAll(lines);
    expect(lines.exact).toBe(true);
    expect(lines.count).toBe(LINES.length);
    expect(LINES.filter((line, at) => lines.line(at) !== line)).toEqual([]);
  });

  test("the end can be read without the rest", async () => {
    const { lines, reads } = open(BYTES);
    lines.line(lines.count - 1);
    await vi.waitFor(() => expect(lines.line(lines.count - 1)).toBe(LINES.at(-1)));
    expect(reads).toHaveLength(1);
  });

  test("parts of a file meet without a line lost or doubled", async () => {
    const middle = 300_001;
    const first = open(BYTES, 0, middle).lines;
    const second = open(BYTES, middle, BYTES.length).lines;
    await readAll(first);
    await readAll(second);
    expect(first.count + second.count).toBe(LINES.length);
    expect(second.line(0)).toBe(LINES[first.count]);
  });

  test("a line that does not end is cut, and the next ones are still found", async () => {
    const bytes = new TextEncoder().encode("x".repeat(700_000) + "\nlast");
    const { lines } = open(bytes);
    await readAll(lines);
    await vi.waitFor(() => expect(lines.exact).toBe(true));
    expect(lines.count).toBe(2);
    expect(lines.line(0)).toMatch(/^x{2000} …$/);
    expect(lines.line(1)).toBe("last");
  });

  test("a failed read is told once, and tried again when asked", async () => {
    let fail = true;
    const changed = vi.fn();
    const read = async (from: number, to: number) => {
      if (fail) throw new Error("away");
      return Promise.resolve(BYTES.subarray(from, to));
    };
    const lines = new RangedLines(read, 0, BYTES.length, changed);
    lines.line(0);
    await vi.waitFor(() => expect(lines.failure).toBeInstanceOf(Error));
    fail = false;
    lines.retry();
    lines.line(0);
    await vi.waitFor(() => expect(lines.line(0)).toBe(LINES[0]));
    expect(lines.failure).toBeNull();
  });

  test("a text is found wherever it is, forward and backward, and each line once a round", async () => {
    const { lines, reads } = open(BYTES);
    const seek = (text: string, from: number, step: 1 | -1 = 1) =>
      lines.find(text, from, step, new AbortController().signal, () => undefined);

    const far = (await seek("54321 ", -1)) ?? -1;
    expect(lines.line(far)).toBe(LINES[54_321]);
    expect(await seek("54321 ", far)).toBe(far);

    // What is found has its true number as soon as all before it has been read.
    await readAll(lines);
    const all: number[] = [];
    for (let at = await seek("777", -1); at !== null && !all.includes(at); at = await seek("777", at)) all.push(at);
    const expected = LINES.flatMap((line, at) => (line.includes("777") ? [at] : []));
    expect(all).toEqual(expected);
    expect(await seek("777", expected[0] ?? -1, -1)).toBe(expected.at(-1));
    expect(await seek("777", expected[5] ?? -1, -1)).toBe(expected[4]);
    expect(await seek("Ü 12", -1)).toBeNull();
    expect(await seek(" ÜÜÜ", -1)).toBe(3);
    expect(reads.length).toBeLessThan(20);
  });

  test("a search that is broken off ends, and one that cannot read says why", async () => {
    const stop = new AbortController();
    const search = open(BYTES).lines.find("nowhere", -1, 1, stop.signal, () => stop.abort(new Error("enough")));
    await expect(search).rejects.toThrow("enough");

    const away = new RangedLines(
      () => Promise.reject(new Error("away")),
      0,
      1_000_000,
      () => undefined,
    );
    await expect(away.find("x", -1, 1, new AbortController().signal, () => undefined)).rejects.toThrow("away");
  });
});
