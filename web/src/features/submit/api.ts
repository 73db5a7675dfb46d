import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { change, get } from "../../api/http";
import type {
  FileListing,
  GpuCatalogEntry,
  Job,
  JobSpec,
  Manifest,
  Page,
  Preflight,
  StrategyEntry,
  Worker,
} from "../../api/types";
import { type JobFiles, type JobForm, places, specOf } from "./form";

const FILES = "/api/v1/files";

export function useCatalog(): UseQueryResult<readonly GpuCatalogEntry[]> {
  return useQuery({
    queryKey: ["gpu-catalog"],
    queryFn: async ({ signal }) => (await get<{ items: GpuCatalogEntry[] }>("/api/v1/gpu-catalog", {}, signal)).items,
  });
}

/** Returns the ways in which updates may become one model. */
export function useStrategies(): UseQueryResult<readonly StrategyEntry[]> {
  return useQuery({
    queryKey: ["strategies"],
    queryFn: async ({ signal }) => (await get<{ items: StrategyEntry[] }>("/api/v1/strategies", {}, signal)).items,
    staleTime: Number.POSITIVE_INFINITY,
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
export function itemsOf(form: JobForm, files: JobFiles): readonly Item[] {
  const at = places(form.name);
  const requirements = form.requirements.trim();
  const below = (folder: string) => (file: File) => ({ key: folder + file.name, bytes: file });
  return [
    { key: at.code, bytes: new Blob([form.code]) },
    ...(requirements ? [{ key: at.requirements, bytes: new Blob([requirements + "\n"]) }] : []),
    ...(files.checkpoint ? [below(at.model)(files.checkpoint)] : []),
    ...files.assets.map(below(at.assets)),
    ...files.shards.map(below(at.shards)),
  ];
}

/** Asks what a submit would answer, before anything is sent. */
export function preflight(form: JobForm, files: JobFiles): Promise<Preflight> {
  const manifest: Manifest = {
    files: itemsOf(form, files).map(({ key, bytes }) => ({ key, sizeBytes: bytes.size })),
    requirements: form.requirements.trim() || null,
    python: null,
  };
  return change<Preflight>("POST", "/api/v1/jobs/preflight", { ...specOf(form, files), manifest });
}

/** Sends the job itself, whose files are there. What an earlier job of the same name left in its folders and this one
 * does not have is removed: a shard too many would be a site too many. */
export async function submit(spec: JobSpec, items: readonly Item[]): Promise<Job> {
  const { scripts, shards, model, assets } = places(spec.name);
  const wanted = new Set(items.map(({ key }) => key));
  for (const folder of [scripts, shards, model, assets]) {
    for (const key of await keysBelow(folder)) {
      if (!wanted.has(key)) await change("DELETE", FILES, undefined, { key });
    }
  }
  return change<Job>("POST", "/api/v1/jobs", spec);
}

async function keysBelow(prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let after = "";
  do {
    const page: FileListing = await get<FileListing>(FILES, { prefix, limit: 1_000, after });
    keys.push(...page.items.map(({ key }) => key));
    after = page.next ?? "";
  } while (after);
  return keys;
}
