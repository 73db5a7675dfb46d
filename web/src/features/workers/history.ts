import { useEffect, useState } from "react";
import type { Telemetry, Worker } from "../../api/types";

// Ten minutes of the two-second telemetry.
const KEPT = 300;

export type History = ReadonlyMap<string, readonly Telemetry[]>;

/** Returns what was measured, longest ago first: what the server keeps is the latest, so it begins with this page. */
export function useHistory(workers: readonly Worker[] | undefined): History {
  const [history, setHistory] = useState<History>(new Map());
  useEffect(() => {
    if (workers) setHistory((before) => longer(before, workers));
  }, [workers]);
  return history;
}

/** Adds each worker's latest measurement, once. */
export function longer(before: History, workers: readonly Worker[]): History {
  return new Map(
    workers.map((worker) => {
      const known = before.get(worker.id) ?? [];
      const latest = worker.telemetry;
      if (!latest || known[known.length - 1]?.time === latest.time) return [worker.id, known];
      return [worker.id, [...known, latest].slice(-KEPT)];
    }),
  );
}
