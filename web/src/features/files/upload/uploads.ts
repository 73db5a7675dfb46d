import { useSyncExternalStore } from "react";
import { type Item, type Memory, UploadQueue } from "./queue";
import { serverUploads } from "../../../api/serverUploads";

const PREFIX = "roundelay.upload.";

const browserMemory: Memory = {
  get: (mark) => localStorage.getItem(PREFIX + mark),
  set: (mark, id) => localStorage.setItem(PREFIX + mark, id),
  remove: (mark) => localStorage.removeItem(PREFIX + mark),
};

/** The uploads of this window. */
export const uploads = new UploadQueue(serverUploads, browserMemory, () => performance.now());

/** Returns the uploads of this window as they stand. */
export function useUploads(): readonly Item[] {
  return useSyncExternalStore(uploads.subscribe, uploads.items);
}
