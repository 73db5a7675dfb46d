import { type QueryClient, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { change, get } from "../../api/http";
import type { Page, Telemetry, Worker, WorkerPatch, WorkerToken } from "../../api/types";
import { longer } from "./history";

const WORKERS = "/api/v1/workers";
const TOKENS = "/api/v1/worker-tokens";
const PAGE = 200;
// As often as workers measure themselves; no event stream carries it.
const TELEMETRY_MS = 2_000;

/** Returns all workers that the user may see. */
export function useWorkers(): UseQueryResult<readonly Worker[]> {
  return useQuery({
    queryKey: ["workers"],
    queryFn: ({ signal }) => whole(signal),
    refetchInterval: TELEMETRY_MS,
  });
}

async function whole(signal: AbortSignal): Promise<readonly Worker[]> {
  const items: Worker[] = [];
  for (;;) {
    const page = await get<Page<Worker>>(WORKERS, { limit: PAGE, offset: items.length }, signal);
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}

/** Returns what a worker measured in the last hour, and goes on with what the list of workers brings. */
export function useHistory(worker: Worker): readonly Telemetry[] {
  const client = useQueryClient();
  const history = useQuery({
    queryKey: ["telemetry", worker.id],
    queryFn: async ({ signal }) => (await get<{ items: Telemetry[] }>(`${path(worker)}/telemetry`, {}, signal)).items,
    staleTime: Infinity,
  });
  const latest = worker.telemetry;
  useEffect(() => {
    client.setQueryData<readonly Telemetry[]>(["telemetry", worker.id], (known) => known && longer(known, latest));
  }, [client, worker.id, latest]);
  return history.data ?? [];
}

/** Returns the newest join tokens, without their secrets. */
export function useTokens(): UseQueryResult<readonly WorkerToken[]> {
  return useQuery({
    queryKey: ["worker-tokens"],
    queryFn: async ({ signal }) => (await get<Page<WorkerToken>>(TOKENS, { limit: PAGE }, signal)).items,
  });
}

/** Mints a token for one machine, valid for an hour. */
export async function mintToken(client: QueryClient): Promise<WorkerToken> {
  const token = await change<WorkerToken>("POST", TOKENS, {});
  await client.invalidateQueries({ queryKey: ["worker-tokens"] });
  return token;
}

export async function revokeToken(client: QueryClient, id: string): Promise<void> {
  await change("DELETE", `${TOKENS}/${encodeURIComponent(id)}`);
  await client.invalidateQueries({ queryKey: ["worker-tokens"] });
}

/** Gives a worker no new work, or work again. */
export function drain(client: QueryClient, worker: Worker): Promise<void> {
  const verb = worker.state === "draining" ? "undrain" : "drain";
  return renewed(client, change("POST", `${path(worker)}/${verb}`));
}

export function remove(client: QueryClient, worker: Worker): Promise<void> {
  return renewed(client, change("DELETE", path(worker)));
}

export function update(client: QueryClient, worker: Worker, patch: WorkerPatch): Promise<void> {
  return renewed(client, change("PATCH", path(worker), patch));
}

function path(worker: Worker): string {
  return `${WORKERS}/${encodeURIComponent(worker.id)}`;
}

async function renewed(client: QueryClient, work: Promise<unknown>): Promise<void> {
  await work;
  await client.invalidateQueries({ queryKey: ["workers"] });
}
