import type { MetricPoint } from "../../api/types";

/** One curve. */
export interface Series {
  /** `global`, or the site. */
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** The curves of one metric over the same x. */
export interface ChartData {
  readonly name: string;
  /** What x counts: a value a round, or a step within training. */
  readonly over: "round" | "step";
  readonly x: readonly number[];
  readonly series: readonly Series[];
}

/** Groups points into charts: one a metric, the global curve first; values within training apart from those of whole rounds. */
export function charts(points: readonly MetricPoint[]): readonly ChartData[] {
  const groups = new Map<string, MetricPoint[]>();
  for (const point of points) {
    const key = `${point.step == null ? "round" : "step"} ${point.name}`;
    const group = groups.get(key);
    if (group) group.push(point);
    else groups.set(key, [point]);
  }
  return [...groups.keys()].sort().map((key) => chart(key, groups.get(key) ?? []));
}

function chart(key: string, points: readonly MetricPoint[]): ChartData {
  const over = key.startsWith("round ") ? "round" : "step";
  const at = (point: MetricPoint) => (over === "round" ? (point.round ?? 0) + 1 : (point.step ?? 0));
  const x = [...new Set(points.map(at))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const curves = new Map<string, (number | null)[]>();
  for (const point of points) {
    const label = point.site ?? "global";
    const values = curves.get(label) ?? new Array<number | null>(x.length).fill(null);
    values[place.get(at(point)) ?? 0] = Number.isFinite(point.value) ? point.value : null;
    curves.set(label, values);
  }
  const labels = [...curves.keys()].sort(byLabel);
  return {
    name: key.slice(key.indexOf(" ") + 1),
    over,
    x,
    series: labels.map((label) => ({ label, values: curves.get(label) ?? [] })),
  };
}

function byLabel(a: string, b: string): number {
  if (a === "global" || b === "global") return a === b ? 0 : a === "global" ? -1 : 1;
  return a.localeCompare(b, "en", { numeric: true });
}

/** Smooths a curve by an exponential mean that is right from its first value on.
 *
 * @param weight of what came before, from 0 (as it is) to less than 1
 */
export function smoothed(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  let sum = 0;
  let norm = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value * (1 - weight);
    norm = norm * weight + (1 - weight);
    return sum / norm;
  });
}
