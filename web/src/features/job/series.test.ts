import { expect, test } from "vitest";
import type { MetricPoint } from "../../api/types";
import { charts, smoothed } from "./series";

const point = (
  name: string,
  site: string | null,
  round: number,
  value: number,
  step: number | null = null,
): MetricPoint => ({
  name,
  scope: site ? "site" : "global",
  site,
  round,
  step,
  value,
  time: "2026-01-02T03:04:05Z",
});

test("one chart a metric, the global curve before the sites in natural order, gaps where a site gave nothing", () => {
  const all = charts([
    point("loss", "site-10", 0, 3),
    point("loss", "site-2", 1, 2),
    point("loss", null, 0, 1),
    point("loss", null, 1, 0.5),
  ]);

  expect(all).toEqual([
    {
      name: "loss",
      over: "round",
      x: [1, 2],
      series: [
        { label: "global", values: [1, 0.5] },
        { label: "site-2", values: [null, 2] },
        { label: "site-10", values: [3, null] },
      ],
    },
  ]);
});

test("values within training have a chart of their own, over their steps", () => {
  const all = charts([point("loss", "site-1", 0, 3, 7), point("loss", "site-1", 0, 4)]);

  expect(all.map((chart) => [chart.over, chart.x])).toEqual([
    ["round", [1]],
    ["step", [7]],
  ]);
});

test("smoothing is right from the first value on, and leaves gaps and constants alone", () => {
  expect(smoothed([2, null, 2], 0.9)).toEqual([expect.closeTo(2), null, expect.closeTo(2)]);
  expect(smoothed([0, 1], 0.5)).toEqual([0, expect.closeTo(2 / 3)]);
});
