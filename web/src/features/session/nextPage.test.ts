import { expect, test } from "vitest";
import { nextPage } from "./nextPage";

test.each([
  ["/dashboard/jobs/job_1/logs?line=7", "/dashboard/jobs/job_1/logs?line=7"],
  [null, "/dashboard/jobs"],
  ["https://elsewhere.example", "/dashboard/jobs"],
  ["//elsewhere.example", "/dashboard/jobs"],
  ["/\\elsewhere.example", "/dashboard/jobs"],
  ["/login?next=/login", "/dashboard/jobs"],
])("after signing in, %s leads to %s", (wish, page) => {
  expect(nextPage(wish)).toBe(page);
});
