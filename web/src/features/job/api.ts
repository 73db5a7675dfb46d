import { type QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { change, get } from "../../api/http";
import type { Assignment, Job, Page, Round, TimelineEntry, Worker } from "../../api/types";

// The stream tells what has changed; this finds what it does not tell, such as a place in the queue.
const LOOK_AGAIN_MS = 5_000;
const TELEMETRY_MS = 2_000;
const PAGE = 200;

/** Returns the API's path of a job. */
export function jobPath(id: string): string {
  return `/api/v1/jobs/${encodeURIComponent(id)}`;
}

/** Returns the key below which everything of a job is cached. */
export function jobKey(id: string): readonly unknown[] {
  return ["job", id];
}

/** Returns whether a job has not ended. */
export function isLive(job: Job): boolean {
  return job.state === "PENDING" || job.state === "RUNNING";
}

export function useJob(id: string): UseQueryResult<Job> {
  return useQuery({
    queryKey: [...jobKey(id), "job"],
    queryFn: ({ signal }) => get<Job>(jobPath(id), {}, signal),
    refetchInterval: (query) => (query.state.data && isLive(query.state.data) ? LOOK_AGAIN_MS : false),
  });
}

export function useRounds(id: string): UseQueryResult<readonly Round[]> {
  return useList<Round>(id, "rounds");
}

export function useTimeline(id: string): UseQueryResult<readonly TimelineEntry[]> {
  return useList<TimelineEntry>(id, "timeline");
}

export function useAssignments(id: string): UseQueryResult<readonly Assignment[]> {
  return useList<Assignment>(id, "assignments");
}

function useList<T>(id: string, part: string): UseQueryResult<readonly T[]> {
  return useQuery({
    queryKey: [...jobKey(id), part],
    queryFn: ({ signal }) => whole<T>(`${jobPath(id)}/${part}`, signal),
  });
}

async function whole<T>(path: string, signal: AbortSignal): Promise<readonly T[]> {
  const items: T[] = [];
  for (;;) {
    const page = await get<Page<T>>(path, { limit: PAGE, offset: items.length }, signal);
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

/** Returns a worker with its latest telemetry, which no event stream carries. */
export function useWorker(id: string, live: boolean): UseQueryResult<Worker> {
  return useQuery({
    queryKey: ["worker", id],
    queryFn: ({ signal }) => get<Worker>(`/api/v1/workers/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: live ? TELEMETRY_MS : false,
  });
}

/** Asks a job to stop. */
export async function stopJob(client: QueryClient, id: string): Promise<void> {
  const job = await change<Job>("POST", `${jobPath(id)}/cancel`);
  client.setQueryData([...jobKey(id), "job"], job);
  await client.invalidateQueries({ queryKey: jobKey(id) });
}

/** Sends an ended job again; from the start, or from the model after so many rounds. */
export function resubmit(id: string, fromRound: number | null): Promise<Job> {
  return change<Job>("POST", `${jobPath(id)}/resubmit`, fromRound === null ? {} : { fromRound });
}
