import { type QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ApiError, change, get } from "../../api/http";
import type { ApiKey, Bucket, Page } from "../../api/types";

const BUCKET = "/api/v1/bucket";
const KEYS = "/api/v1/api-keys";
const LIMIT = 200;

/** Returns the own bucket, null before it is provisioned. */
export function useBucket(): UseQueryResult<Bucket | null> {
  return useQuery({
    queryKey: ["bucket"],
    queryFn: async ({ signal }) => {
      try {
        return await get<Bucket>(BUCKET, {}, signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
  });
}

/** Makes the own bucket; the answer alone has the secret. */
export function provision(client: QueryClient): Promise<Bucket> {
  return known(client, change<Bucket>("POST", BUCKET));
}

/** Makes a new key pair, which ends the old one; the answer alone has the secret. */
export function rotateKey(client: QueryClient): Promise<Bucket> {
  return known(client, change<Bucket>("POST", `${BUCKET}/rotate-key`));
}

async function known(client: QueryClient, work: Promise<Bucket>): Promise<Bucket> {
  const bucket = await work;
  // The secret stays with the page that shows it.
  client.setQueryData<Bucket>(["bucket"], { ...bucket, secretAccessKey: null });
  return bucket;
}

/** Returns the own API keys, without their secrets. */
export function useApiKeys(): UseQueryResult<readonly ApiKey[]> {
  return useQuery({
    queryKey: ["api-keys"],
    queryFn: async ({ signal }) => (await get<Page<ApiKey>>(KEYS, { limit: LIMIT }, signal)).items,
  });
}

export async function mintKey(client: QueryClient, name: string): Promise<ApiKey> {
  const key = await change<ApiKey>("POST", KEYS, { name });
  await client.invalidateQueries({ queryKey: ["api-keys"] });
  return key;
}

export async function revokeKey(client: QueryClient, id: string): Promise<void> {
  await change("DELETE", `${KEYS}/${encodeURIComponent(id)}`);
  await client.invalidateQueries({ queryKey: ["api-keys"] });
}

export function changePassword(current: string, password: string): Promise<void> {
  return change("PUT", "/api/v1/me/password", { current, password });
}
