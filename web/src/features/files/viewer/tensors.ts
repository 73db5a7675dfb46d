import { useQuery } from "@tanstack/react-query";
import { ApiError, get } from "../../../api/http";
import type { Job, Page } from "../../../api/types";
import { readPiece } from "./bytes";

/** A tensor of a model. */
export interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: string;
  readonly sizeBytes: number;
  /** Null where it is not known, or an element is not finite. */
  readonly norm?: number | null;
}

const MODEL = /^jobs\/([^/]+)\/(?:previous\/([^/]+)\/)?model_out\/[^/]+\.(?:pt|safetensors)$/;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/** Returns the tensors of a model's file without running anything of it; null where nobody can tell them.
 *
 * @param jobId the job whose files are looked at, if known
 */
export function useTensors(key: string, format: "pt" | "safetensors", jobId: string | undefined) {
  return useQuery({
    queryKey: ["bucket", "tensors", key, jobId],
    queryFn: async ({ signal }): Promise<readonly Tensor[] | null> => {
      const job = await jobOf(key, jobId, signal);
      if (job) {
        const kept = await keptTensors(job, signal);
        if (kept) return kept;
      }
      return format === "safetensors" ? safetensorsTensors(key, signal) : null;
    },
  });
}

/** Returns the id of the job whose model a key is, null if it is none's. */
async function jobOf(key: string, jobId: string | undefined, signal: AbortSignal): Promise<string | null> {
  const [, slug, former] = MODEL.exec(key) ?? [];
  if (slug === undefined) return null;
  if (former ?? jobId) return former ?? jobId ?? null;
  // The newest job of a name is the one whose outputs lie at the folder itself.
  const jobs = await get<Page<Job>>("/api/v1/jobs", { q: slug, limit: 200 }, signal);
  return jobs.items.find((job) => job.slug === slug && job.round > 0)?.id ?? null;
}

async function keptTensors(job: string, signal: AbortSignal): Promise<readonly Tensor[] | null> {
  try {
    return (await get<{ items: Tensor[] }>(`/api/v1/jobs/${job}/model/tensors`, {}, signal)).items;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}

async function safetensorsTensors(key: string, signal: AbortSignal): Promise<readonly Tensor[] | null> {
  const start = await readPiece(key, 0, 8, signal);
  if (start.bytes.length < 8) return null;
  const length = Number(new DataView(start.bytes.buffer).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length + 8 > start.sizeBytes) return null;
  return headerTensors(new TextDecoder().decode((await readPiece(key, 8, 8 + length, signal)).bytes));
}

/** Reads the header of a safetensors file; null if it is none. */
export function headerTensors(json: string): readonly Tensor[] | null {
  try {
    const header = JSON.parse(json) as Record<string, { dtype: string; shape: number[]; data_offsets: number[] }>;
    return Object.entries(header)
      .filter(([name]) => name !== "__metadata__")
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from = 0, to = 0],
          },
        ]) => ({
          name,
          dtype,
          shape: `[${shape.join(", ")}]`,
          sizeBytes: to - from,
        }),
      );
  } catch {
    return null;
  }
}
