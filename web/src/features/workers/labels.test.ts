import { expect, test } from "vitest";
import { labelsOf, labelsText } from "./labels";

test("reads what it wrote", () => {
  const labels = { room: "4.12", note: "a=b" };
  expect(labelsOf(labelsText(labels))).toEqual(labels);
});

test("takes blanks and empty lines", () => {
  expect(labelsOf("\n room = 4 \n\n")).toEqual({ room: "4" });
});

test("names the line that is no label", () => {
  expect(() => labelsOf("room=4\nfast")).toThrow('"fast" is no label');
});
