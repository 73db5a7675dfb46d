import { expect, test } from "vitest";
import { bytesOf, gigabytesOf } from "./quota";

test("goes there and back", () => {
  expect(bytesOf(1.5)).toBe(1_500_000_000);
  expect(bytesOf(gigabytesOf(53_687_091_200))).toBe(53_687_091_200);
});

test("takes no emptiness for zero", () => {
  expect(bytesOf("0")).toBe(0);
  expect(() => bytesOf("")).toThrow("is no size");
  expect(() => bytesOf(-1)).toThrow("is no size");
});
