import { expect, test } from "vitest";
import type { Job, MetricPoint } from "../../api/types";
import { lessIsBetter, outcome, overlays, winner } from "./curves";

const job = (id: string, spec: object = {}) => ({ id, spec }) as Job;
const point = (name: string, round: number, value: number, step?: number): MetricPoint => ({
  name,
  scope: "global",
  round,
  step: step ?? null,
  value,
  time: "2026-01-01T00:00:00Z",
});

test("lays jobs over each other by round, with gaps", () => {
  const points = { a: [point("acc", 0, 0.5), point("acc", 1, 0.6)], b: [point("acc", 1, 0.7), point("acc", 1, 9, 3)] };
  expect(overlays([job("a"), job("b")], points)).toEqual([
    {
      name: "acc",
      x: [1, 2],
      curves: [
        [0.5, 0.6],
        [null, 0.7],
      ],
    },
  ]);
});

test("finds the last and the best value in the right direction", () => {
  expect(outcome([1, 2, 3], [0.5, 0.9, 0.8], false)).toEqual({ final: 0.8, best: 0.9, bestRound: 2 });
  expect(outcome([1, 2, 3], [0.5, 0.2, 0.2], true)).toEqual({ final: 0.2, best: 0.2, bestRound: 2 });
  expect(outcome([1, 2], [null, null], true)).toBeNull();
});

test("knows which way is better, and lets a job's own choice decide", () => {
  expect(lessIsBetter("val_loss", [])).toBe(true);
  expect(lessIsBetter("accuracy", [])).toBe(false);
  const chosen = job("a", { federation: { select: { metric: "accuracy", mode: "min" } } });
  expect(lessIsBetter("accuracy", [chosen])).toBe(true);
});

test("names the best job, none where only one has values", () => {
  const at = (best: number) => ({ final: best, best, bestRound: 1 });
  expect(winner([at(0.2), null, at(0.9)], false)).toBe(2);
  expect(winner([at(0.2), null, at(0.9)], true)).toBe(0);
  expect(winner([null, at(0.9)], false)).toBe(-1);
});
