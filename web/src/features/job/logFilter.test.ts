import { expect, test } from "vitest";
import type { LogLine } from "../../api/types";
import { filtered, logFile, logFilter } from "./logFilter";

const line = (seq: number, site: string | null, level: string, message: string): LogLine => ({
  seq,
  time: "2026-01-02T03:04:05Z",
  site,
  source: site ? "user" : "server",
  level,
  round: null,
  attempt: null,
  message,
});

const LINES = [
  line(1, null, "info", "round 1 opens"),
  line(2, "site-1", "debug", "reading"),
  line(3, "site-2", "warning", "\u001b[33mFew\u001b[0m samples"),
  line(4, "site-1", "error", "ValueError: no labels"),
];

const shown = (query: string) => filtered(LINES, logFilter(new URLSearchParams(query))).map((each) => each.seq);

test.each([
  ["", [1, 2, 3, 4]],
  ["site=site-1", [2, 4]],
  ["site=server", [1]],
  ["level=warning", [3, 4]],
  ["q=few SAMPLES", [3]],
  ["site=site-1&level=error&q=value", [4]],
  ["q=nowhere", []],
  ["level=loud", [1, 2, 3, 4]],
])("%s lets through %j", (query, seqs) => {
  expect(shown(query)).toEqual(seqs);
});

test("a downloaded log is plain text, a line each", () => {
  expect(logFile(LINES.slice(2, 3))).toBe("2026-01-02T03:04:05Z site-2 warning - Few samples\n");
});
