import type { Round } from "../../api/types";

const LOOKED_AT = 5;

/** Returns how many seconds a job will go on: the mean of its latest rounds, for each that is missing. Null before the first.
 *
 * @param now the current time, in milliseconds
 */
export function remainingSeconds(rounds: readonly Round[], all: number, now: number): number | null {
  const committed = rounds.filter((round) => round.committedAt != null && round.seconds != null);
  const latest = committed.slice(-LOOKED_AT);
  const last = latest[latest.length - 1];
  if (!last?.committedAt) return null;
  const mean = latest.reduce((sum, round) => sum + (round.seconds ?? 0), 0) / latest.length;
  const left = Math.max(0, all - last.number - 1) * mean;
  const since = Math.max(0, now - new Date(last.committedAt).getTime()) / 1000;
  // A round that is late tells nothing of the others: they still lie ahead.
  return Math.max(left - Math.min(since, mean), 0);
}
