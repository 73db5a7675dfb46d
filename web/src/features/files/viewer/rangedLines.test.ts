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
});
