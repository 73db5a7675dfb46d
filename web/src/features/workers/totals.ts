import type { Worker } from "../../api/types";

export interface Totals {
  readonly online: number;
  readonly all: number;
  readonly slots: number;
  readonly freeSlots: number;
  readonly gpus: number;
  readonly memoryMb: number;
  readonly freeMemoryMb: number;
  readonly cores: number;
  /** Of all cores of the workers that told it; null if none did. */
  readonly cpuPercent: number | null;
}

/** Sums up what is there now: workers that are offline count as workers only. */
export function totals(workers: readonly Worker[]): Totals {
  const here = workers.filter((worker) => worker.state !== "offline");
  const machines = here.flatMap((worker) => (worker.telemetry ? [worker.telemetry] : []));
  const cores = sum(machines.map((each) => each.cores));
  return {
    online: here.length,
    all: workers.length,
    slots: sum(here.map((worker) => worker.slots)),
    freeSlots: sum(here.filter((worker) => worker.state === "online").map((worker) => worker.freeSlots)),
    gpus: sum(machines.map((each) => each.gpus.filter((gpu) => gpu.usable).length)),
    memoryMb: sum(here.map((worker) => worker.memoryMb)),
    freeMemoryMb: sum(here.map((worker) => worker.freeMemoryMb)),
    cores,
    cpuPercent: cores > 0 ? sum(machines.map((each) => each.cpuPercent * each.cores)) / cores : null,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0);
}
