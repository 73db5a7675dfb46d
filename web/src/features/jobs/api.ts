import { keepPreviousData, useQueries, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { follow, type StreamState } from "../../api/events";
import { get } from "../../api/http";
import type { Job, MetricPoint, Page } from "../../api/types";
import { type ListState, PAGE_SIZE } from "./listState";
import { mainMetric } from "../../ui/mainMetric";

// How old a state may look where the stream does not get through, as behind some proxies.
const QUIET_MS = 10_000;
const COMPARED = 20;

/** Returns a page of jobs; `useJobNews` has it read again when there is something new. */
export function useJobs(list: ListState, live: boolean): UseQueryResult<Page<Job>> {
  return useQuery({
    queryKey: ["jobs", list],
    queryFn: ({ signal }) =>
      get<Page<Job>>(
        "/api/v1/jobs",
        {
          limit: PAGE_SIZE,
          offset: (list.page - 1) * PAGE_SIZE,
          state: list.state,
          q: list.search,
          all: list.everybody || null,
        },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: live ? false : QUIET_MS,
  });
}

/** Has the lists of jobs read again when something in them is new, and returns how the stream that says so is doing. */
export function useJobNews(everybody: boolean): StreamState {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>("connecting");
  useEffect(() => {
    const stop = new AbortController();
    follow(`/api/v1/events${everybody ? "?all=true" : ""}`, {
      onEvents: () => void client.invalidateQueries({ queryKey: ["jobs"] }),
      onState: setState,
      signal: stop.signal,
    }).catch(() => setState("ended"));
    return () => stop.abort();
  }, [client, everybody]);
  return state;
}

export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** Returns each job's main metric by round. */
export function useCurves(jobs: readonly Job[]): ReadonlyMap<string, Curve> {
  const measured = jobs.filter((job) => mainMetric(job) !== null);
  const groups = chunks(measured, COMPARED);
  return useQueries({
    queries: groups.map((group) => ({
      // A new round is a new question; a job without one need not be asked again.
      queryKey: ["curves", group.map((job) => [job.id, job.round])],
      queryFn: ({ signal }: { signal: AbortSignal }) => curves(group, signal),
      staleTime: Infinity,
      placeholderData: keepPreviousData,
    })),
    combine: (results) => new Map(results.flatMap((result) => result.data ?? [])),
  });
}

async function curves(jobs: readonly Job[], signal: AbortSignal): Promise<readonly (readonly [string, Curve])[]> {
  const names = [...new Set(jobs.map(mainMetric))].join(",");
  const answer = await get<{ jobs: Record<string, MetricPoint[]> }>(
    "/api/v1/metrics",
    { jobs: jobs.map((job) => job.id).join(","), names, maxPoints: 100 },
    signal,
  );
  return jobs.map((job) => {
    const name = mainMetric(job) ?? "";
    const points = (answer.jobs[job.id] ?? []).filter((point) => point.name === name && point.step == null);
    return [job.id, { name, values: points.map((point) => point.value) }] as const;
  });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
