import { expect, test } from "vitest";
import type { Round } from "../../api/types";
import { remainingSeconds } from "./estimate";
import { gantt } from "./gantt";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const round = (number: number, from: number, to: number | null): Round => ({
  number,
  state: to === null ? "open" : "committed",
  startedAt: at(from),
  closedAt: to === null ? null : at(to - 1),
  committedAt: to === null ? null : at(to),
  seconds: to === null ? null : to - from,
  samples: 10,
  metrics: {},
  contributions:
    to === null
      ? []
      : [
          {
            shard: 0,
            site: "site-1",
            workerId: "wrk_1",
            attempt: 1,
            startedAt: at(from + 1),
            receivedAt: at(to - 2),
            samples: 10,
            seconds: to - from - 4,
            bytes: 100,
            metrics: {},
          },
        ],
  missing: [],
});

test("nothing is foretold before the first round is committed", () => {
  expect(remainingSeconds([round(0, 0, null)], 10, Date.parse(at(3)))).toBeNull();
});

test("what is left is the mean of the latest rounds for each that is missing, less what has passed", () => {
  const rounds = [round(0, 0, 10), round(1, 10, 20), round(2, 20, null)];

  expect(remainingSeconds(rounds, 5, Date.parse(at(24)))).toBe(26);
  // Later than a round usually is: the two after it still lie ahead.
  expect(remainingSeconds(rounds, 5, Date.parse(at(50)))).toBe(20);
});

test("the chart of rounds has a lane for each site and one for the server", () => {
  const plan = gantt([round(0, 0, 10), round(1, 10, null)], 2, Date.parse(at(12)));
  const seconds = plan?.lanes.map((lane) =>
    lane.bars.map((bar) => [bar.step, (bar.from / 1000) % 60, (bar.to / 1000) % 60]),
  );

  expect(plan?.lanes.map((lane) => lane.name)).toEqual(["site-1", "site-2", "server"]);
  expect(seconds).toEqual([
    [
      ["broadcast", 0, 1],
      ["training", 1, 7],
      ["return", 7, 8],
      ["training", 10, 12],
    ],
    [["training", 10, 12]],
    [["aggregation", 9, 10]],
  ]);
});
