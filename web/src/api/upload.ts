import { address, change, send } from "./http";
import type { Upload } from "./types";

const UPLOADS = "/api/v1/uploads";

export interface Uploading {
  readonly signal?: AbortSignal;
  /** Told after each part. */
  readonly onProgress?: (sentBytes: number) => void;
}

/** Puts bytes into the own bucket, part by part. What breaks off is dropped at the server. */
export async function upload(key: string, bytes: Blob, { signal, onProgress }: Uploading = {}): Promise<void> {
  const begun = await change<Upload>("POST", UPLOADS, { key, sizeBytes: bytes.size });
  const path = `${UPLOADS}/${encodeURIComponent(begun.id)}`;
  try {
    for (let part = 1; part <= begun.parts; part++) {
      const end = Math.min(bytes.size, part * begun.partSizeBytes);
      const body = bytes.slice((part - 1) * begun.partSizeBytes, end);
      const headers = { "Content-Type": "application/octet-stream" };
      await send(address(`${path}/parts/${part}`), { method: "PUT", body, headers, signal });
      onProgress?.(end);
    }
    await change("POST", `${path}/complete`);
  } catch (error) {
    await change("DELETE", path).catch(() => undefined);
    throw error;
  }
}
