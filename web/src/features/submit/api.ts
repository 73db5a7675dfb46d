import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { change, get } from "../../api/http";
import { serverUploads } from "../../api/serverUploads";
import { transfer } from "../../api/transfer";
import type { GpuCatalogEntry, Job, JobSpec, Manifest, Page, Preflight, Worker } from "../../api/types";
import { type JobForm, places, specOf } from "./form";

export function useCatalog(): UseQueryResult<readonly GpuCatalogEntry[]> {
  return useQuery({
    queryKey: ["gpu-catalog"],
    queryFn: async ({ signal }) => (await get<{ items: GpuCatalogEntry[] }>("/api/v1/gpu-catalog", {}, signal)).items,
  });
}

/** Returns the workers that one can choose from. */
export function useWorkers(): UseQueryResult<readonly Worker[]> {
  return useQuery({
    queryKey: ["workers", "first"],
    queryFn: async ({ signal }) => (await get<Page<Worker>>("/api/v1/workers", { limit: 200 }, signal)).items,
  });
}

/** One thing to be put into the bucket. */
export interface Item {
  readonly key: string;
  readonly bytes: Blob;
}

/** Returns all files of a job. */
export function itemsOf(form: JobForm, shards: readonly File[]): readonly Item[] {
  const at = places(form.name);
  const requirements = form.requirements.trim();
  return [
    { key: at.code, bytes: new Blob([form.code]) },
    ...(requirements ? [{ key: at.requirements, bytes: new Blob([requirements + "\n"]) }] : []),
    ...shards.map((file) => ({ key: at.shards + file.name, bytes: file })),
  ];
}

/** Asks what a submit would answer, before anything is sent. */
export function preflight(form: JobForm, shards: readonly File[]): Promise<Preflight> {
  const manifest: Manifest = {
    files: itemsOf(form, shards).map(({ key, bytes }) => ({ key, sizeBytes: bytes.size })),
    requirements: form.requirements.trim() || null,
    python: null,
  };
  return change<Preflight>("POST", "/api/v1/jobs/preflight", { ...specOf(form), manifest });
}

/** Sends a file; one that cannot be sent leaves nothing half at the server. */
async function upload(key: string, file: Blob, onProgress: (sent: number) => void): Promise<void> {
  let begun = "";
  const onBegun = (id: string) => (begun = id);
  const { signal } = new AbortController();
  try {
    await transfer(serverUploads, { key, file, id: null, signal, onBegun, onProgress });
  } catch (error) {
    if (begun) await serverUploads.abort(begun).catch(() => undefined);
    throw error;
  }
}

/** Sends the files, then the job. */
export async function submit(
  form: JobForm,
  shards: readonly File[],
  onProgress: (sent: number, all: number) => void,
): Promise<Job> {
  const spec: JobSpec = specOf(form);
  const items = itemsOf(form, shards);
  const all = items.reduce((sum, { bytes }) => sum + bytes.size, 0);
  let before = 0;
  for (const { key, bytes } of items) {
    await upload(key, bytes, (sent) => onProgress(before + sent, all));
    before += bytes.size;
  }
  return change<Job>("POST", "/api/v1/jobs", spec);
}
