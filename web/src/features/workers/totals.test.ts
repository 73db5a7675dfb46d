import { expect, test } from "vitest";
import type { Worker } from "../../api/types";
import { totals } from "./totals";

function worker(change: Partial<Worker>, cores = 4, cpuPercent = 50): Worker {
  const time = "2026-01-01T00:00:00Z";
  return {
    id: "wrk_1",
    name: "lab",
    ownerId: "usr_1",
    shared: false,
    state: "online",
    slots: 2,
    freeSlots: 1,
    device: "cpu",
    model: "cpu",
    memoryMb: 1000,
    freeMemoryMb: 400,
    pricePerGpuHourCents: 0,
    labels: {},
    datasets: [],
    telemetry: {
      time,
      cpuPercent,
      loadAverage: 1,
      cores,
      memoryMb: 1000,
      freeMemoryMb: 400,
      diskFreeMb: 9,
      isolation: "none",
      gpus: [],
    },
    jobs: [],
    ...change,
  };
}

test("leaves out what is offline, and offers no slot of a draining worker", () => {
  const all = totals([worker({}), worker({ state: "draining" }), worker({ state: "offline" })]);
  expect(all).toMatchObject({ online: 2, all: 3, slots: 4, freeSlots: 1, memoryMb: 2000, freeMemoryMb: 800, cores: 8 });
});

test("weighs the load by cores", () => {
  expect(totals([worker({}, 1, 100), worker({}, 3, 0)]).cpuPercent).toBe(25);
  expect(totals([worker({ telemetry: null })]).cpuPercent).toBeNull();
});
