import type { Job, MetricPoint } from "../../api/types";

/** One metric's curves of several jobs over the same rounds. */
export interface Overlay {
  readonly name: string;
  /** Rounds, from 1. */
  readonly x: readonly number[];
  /** Of each job in their order, null where it has no value. */
  readonly curves: readonly (readonly (number | null)[])[];
}

/** Lays the jobs' values of whole rounds over each other, one overlay a metric, by name. */
export function overlays(
  jobs: readonly Job[],
  points: Readonly<Record<string, readonly MetricPoint[]>>,
): readonly Overlay[] {
  const whole = jobs.map((job) => (points[job.id] ?? []).filter((point) => point.step == null && point.round != null));
  const names = [...new Set(whole.flat().map((point) => point.name))].sort();
  return names.map((name) => {
    const each = whole.map((points) => points.filter((point) => point.name === name));
    const x = [...new Set(each.flat().map((point) => (point.round ?? 0) + 1))].sort((a, b) => a - b);
    return { name, x, curves: each.map((points) => curve(points, x)) };
  });
}

function curve(points: readonly MetricPoint[], x: readonly number[]): readonly (number | null)[] {
  const values = new Map(points.map((point) => [(point.round ?? 0) + 1, point.value]));
  return x.map((round) => {
    const value = values.get(round);
    return value !== undefined && Number.isFinite(value) ? value : null;
  });
}

export interface Outcome {
  readonly final: number;
  readonly best: number;
  /** The round of the best value, from 1; the first of equals. */
  readonly bestRound: number;
}

// Of what is not known to be an error or a time, more is better.
const LESS_IS_BETTER = /loss|error|mae|mse|rmse|perplexity|seconds|divergence/i;

/** Returns whether a metric is better the smaller it is. */
export function lessIsBetter(name: string, jobs: readonly Job[]): boolean {
  const chosen = jobs.map((job) => job.spec.federation?.select).find((select) => select?.metric === name);
  return chosen ? chosen.mode === "min" : LESS_IS_BETTER.test(name);
}

/** Returns a curve's last and best value, null for one without values. */
export function outcome(x: readonly number[], values: readonly (number | null)[], less: boolean): Outcome | null {
  let found: Outcome | null = null;
  values.forEach((value, at) => {
    if (value === null) return;
    const better = found === null || (less ? value < found.best : value > found.best);
    found = {
      final: value,
      best: better || found === null ? value : found.best,
      bestRound: better || found === null ? (x[at] ?? 0) : found.bestRound,
    };
  });
  return found;
}

/** Returns the place of the best among jobs, -1 where there is nothing to choose. */
export function winner(outcomes: readonly (Outcome | null)[], less: boolean): number {
  const known = outcomes.flatMap((each) => (each ? [each.best] : []));
  if (known.length < 2) return -1;
  const best = less ? Math.min(...known) : Math.max(...known);
  return outcomes.findIndex((each) => each?.best === best);
}
