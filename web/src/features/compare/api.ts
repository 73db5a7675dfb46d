import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { get } from "../../api/http";
import type { Job, MetricPoint } from "../../api/types";

const LIVE_MS = 3_000;

export interface JobsAnswer {
  readonly jobs: readonly Job[];
  readonly pending: boolean;
  /** Of the first job that could not be read. */
  readonly error: unknown;
}

/** Returns the jobs of these ids, in their order. */
export function useJobs(ids: readonly string[]): JobsAnswer {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["job", id, "job"],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Job>(`/api/v1/jobs/${encodeURIComponent(id)}`, {}, signal),
      refetchInterval: (query: { state: { data: Job | undefined } }) =>
        query.state.data && isLive(query.state.data) ? LIVE_MS : (false as const),
    })),
    combine: (results) => ({
      jobs: results.flatMap((result) => result.data ?? []),
      pending: results.some((result) => result.isPending),
      error: results.find((result) => result.error && !result.data)?.error ?? null,
    }),
  });
}

function isLive(job: Job): boolean {
  return job.state === "PENDING" || job.state === "RUNNING";
}

/** Returns the global values of all metrics of these jobs; a committed round is a reason to ask again. */
export function useMetrics(jobs: readonly Job[]): UseQueryResult<Readonly<Record<string, readonly MetricPoint[]>>> {
  return useQuery({
    queryKey: ["compare", jobs.map((job) => [job.id, job.round, job.state])],
    queryFn: async ({ signal }) => {
      const answer = await get<{ jobs: Record<string, MetricPoint[]> }>(
        "/api/v1/metrics",
        { jobs: jobs.map((job) => job.id).join(",") },
        signal,
      );
      return answer.jobs;
    },
    enabled: jobs.length > 0,
    placeholderData: keepPreviousData,
  });
}
