import { expect, test } from "vitest";
import { agoText, bytesText, count, durationText, numberText } from "./format";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_400_000, "1.4 MB"],
  [999_600, "1.0 MB"],
  [2_000_000_000, "2.0 GB"],
])("%d bytes are %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [0.34, "340 ms"],
  [3.14, "3.1 s"],
  [59.96, "1 min"],
  [200, "3 min 20 s"],
  [3_600, "1 h"],
  [7_500, "2 h 5 min"],
  [273_600, "3 d 4 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test("a time is told in the largest unit that fits", () => {
  const now = new Date("2026-01-02T00:00:00Z");

  expect(agoText(new Date("2026-01-01T23:59:58Z"), now)).toBe("just now");
  expect(agoText(new Date("2026-01-01T23:40:00Z"), now)).toBe("20 min ago");
  expect(agoText(new Date("2026-01-02T03:00:00Z"), now)).toBe("in 3 h");
});

test("numbers keep the digits by which metrics are compared", () => {
  expect([0.97123, 12.345, 1234.5, 1.234e-7, 3].map(numberText)).toEqual(["0.9712", "12.35", "1,235", "1.23e-7", "3"]);
  expect(count(1, "job")).toBe("1 job");
  expect(count(1200, "job")).toBe("1,200 jobs");
});
