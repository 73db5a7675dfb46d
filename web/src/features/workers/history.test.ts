import { expect, test } from "vitest";
import type { Telemetry } from "../../api/types";
import { longer } from "./history";

const at = (time: string): Telemetry => ({
  time,
  cpuPercent: 1,
  loadAverage: 1,
  cores: 1,
  memoryMb: 1,
  freeMemoryMb: 1,
  diskFreeMb: 1,
  isolation: "none",
  gpus: [],
});

test("adds a measurement once, and none from before", () => {
  const first = longer([], at("2026-01-01T00:00:00Z"));
  expect(longer(first, at("2026-01-01T00:00:00.000Z"))).toBe(first);
  expect(longer(first, at("2025-12-31T23:59:59Z"))).toBe(first);
  expect(longer(first, at("2026-01-01T00:00:02Z"))).toHaveLength(2);
  expect(longer(first, null)).toBe(first);
});

test("forgets the oldest", () => {
  let known: readonly Telemetry[] = [];
  for (let second = 0; second < 700; second++) known = longer(known, at(new Date(second * 1000).toISOString()));
  expect(known).toHaveLength(600);
  expect(known[0]?.time).toBe(new Date(100_000).toISOString());
});
