import type { Telemetry } from "../../api/types";

// What the server has in steps of 10 s is an hour; what comes while one looks, in steps of 2 s, is added.
const KEPT = 600;

/** Returns what the server has, and after it what has come since; each measurement once. */
export function longer(known: readonly Telemetry[], latest: Telemetry | null | undefined): readonly Telemetry[] {
  const last = known[known.length - 1];
  if (!latest || (last && Date.parse(last.time) >= Date.parse(latest.time))) return known;
  return [...known, latest].slice(-KEPT);
}
