import { address, ApiError, change, get, send, sendWithProgress } from "./http";
import type { Upload } from "./types";
import type { UploadStore } from "./transfer";

const UPLOADS = "/api/v1/uploads";

/** The uploads of the server. */
export const serverUploads: UploadStore = {
  async begin(key, sizeBytes, overwrite) {
    const headers: Record<string, string> = overwrite ? {} : { "If-None-Match": "*" };
    const response = await send(address(UPLOADS), { method: "POST", json: { key, sizeBytes }, headers });
    return (await response.json()) as Upload;
  },
  async find(id) {
    try {
      return await get<Upload>(path(id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
  send: (id, number, bytes, progress, signal) =>
    sendWithProgress(address(`${path(id)}/parts/${number}`), bytes, progress, signal),
  complete: (id) => change("POST", `${path(id)}/complete`),
  abort: (id) => change("DELETE", path(id)),
};

function path(id: string): string {
  return `${UPLOADS}/${encodeURIComponent(id)}`;
}
