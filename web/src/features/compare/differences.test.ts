import { expect, test } from "vitest";
import type { Job } from "../../api/types";
import { differences } from "./differences";

const job = (spec: object, slug = "a") => ({ spec, slug }) as Job;

test("names only what differs, each job's value in its place", () => {
  const jobs = [
    job({ name: "a", scripts: "jobs/a/", training: { learningRate: 0.1, batchSize: 32, extra: { MOMENTUM: 0.9 } } }),
    job({ name: "b", scripts: "jobs/b/", training: { learningRate: 0.2, batchSize: 32, extra: {} } }, "b"),
  ];
  expect(differences(jobs)).toEqual([
    { name: "Training: Learning rate", values: ["0.1", "0.2"] },
    { name: "Training: Extra.MOMENTUM", values: ["0.9", undefined] },
  ]);
});

test("finds nothing between a job and itself", () => {
  const one = job({ name: "a", scripts: "s", federation: { rounds: 5, strategy: { name: "fed_avg", args: {} } } });
  expect(differences([one, one])).toEqual([]);
});
