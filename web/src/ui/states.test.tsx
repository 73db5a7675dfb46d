import { expect, test } from "vitest";
import { renderAt } from "../testing/render";
import { StateChip } from "./StateChip";
import { phaseWords, shown } from "./states";

test.each([
  ["PENDING", "Pending", "waiting"],
  ["RUNNING", "Running", "active"],
  ["FINISHED", "Finished", "good"],
  ["FAILED", "Failed", "bad"],
  ["CANCELLED", "Cancelled", "muted"],
  ["committed", "Committed", "good"],
  ["abandoned", "Abandoned", "muted"],
  ["lost", "Lost", "bad"],
  ["draining", "Draining", "waiting"],
])("%s is shown as %s", (state, words, tone) => {
  expect(shown(state)).toEqual({ words, tone });
});

test("a state of a newer server is shown by its own name", () => {
  const { getByText } = renderAt("/", <StateChip state="warming_up" />);

  expect(getByText("warming up")).toBeTruthy();
});

test("a phase is told in words", () => {
  expect(phaseWords("recovering")).toBe("Recovering a lost site");
  expect(phaseWords(null)).toBe("");
});
