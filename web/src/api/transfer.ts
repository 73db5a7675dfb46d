import { ApiError } from "./http";
import type { Upload } from "./types";

/** What an upload asks of the server; tests stand in for it. */
export interface UploadStore {
  /** @throws ApiError 412 if `overwrite` is false and there is a file of that name */
  readonly begin: (key: string, sizeBytes: number, overwrite: boolean) => Promise<Upload>;
  /** Returns the parts held; null if the upload is not known any more. */
  readonly find: (id: string) => Promise<Upload | null>;
  readonly send: (id: string, number: number, bytes: Blob, progress: Progress, signal: AbortSignal) => Promise<void>;
  readonly complete: (id: string) => Promise<void>;
  readonly abort: (id: string) => Promise<void>;
}

/** Told how many bytes of a part are on their way. */
export type Progress = (bytes: number) => void;

export interface Transfer {
  readonly key: string;
  readonly file: Blob;
  /** Whether it may take the place of a file that is there. */
  readonly overwrite: boolean;
  /** Of an upload that was begun earlier, as after a reload. */
  readonly id: string | null;
  readonly signal: AbortSignal;
  readonly onBegun: (id: string) => void;
  /** Told how many bytes of the file the server has, or is being sent. */
  readonly onProgress: (bytes: number) => void;
  /** Waits before a part is sent again; tests step it. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A part to send: `from` inclusive, `to` exclusive. */
export interface PlannedPart {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

const AT_ONCE = 3;
const TRIES = 6;

/** Returns the parts that the server does not hold yet, in order. */
export function missingParts(upload: Upload): readonly PlannedPart[] {
  const held = new Set(upload.held.map((part) => part.number));
  return Array.from({ length: upload.parts }, (_, at) => ({
    number: at + 1,
    from: at * upload.partSizeBytes,
    to: Math.min(upload.sizeBytes, (at + 1) * upload.partSizeBytes),
  })).filter((part) => !held.has(part.number));
}

/** Sends a file in the parts that the server plans, a few at once, and only those that it does not hold. Each is a slice
 * of the file: no more of it is in memory than is on its way.
 *
 * @throws ApiError for a refusal, or where a part did not arrive after several tries
 */
export async function transfer(store: UploadStore, wish: Transfer): Promise<void> {
  const upload = await beginOrResume(store, wish);
  const parts = [...missingParts(upload)];
  let done = upload.sizeBytes - parts.reduce((sum, part) => sum + part.to - part.from, 0);
  const moving = new Map<number, number>();
  const report = () => wish.onProgress(done + [...moving.values()].reduce((sum, bytes) => sum + bytes, 0));
  report();
  // One part that cannot be sent ends the others too.
  const stop = new AbortController();
  const signal = AbortSignal.any([wish.signal, stop.signal]);
  const sendAll = async () => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      const { number, from, to } = part;
      const progress = (bytes: number) => {
        moving.set(number, Math.min(bytes, to - from));
        report();
      };
      await sendPart(store, upload.id, number, wish.file.slice(from, to), progress, signal, wish.pause ?? wait);
      moving.delete(number);
      done += to - from;
      report();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
  } catch (error) {
    stop.abort();
    throw error;
  }
  signal.throwIfAborted();
  await store.complete(upload.id);
}

async function beginOrResume(store: UploadStore, wish: Transfer): Promise<Upload> {
  const former = wish.id === null ? null : await store.find(wish.id);
  if (former && former.key === wish.key && former.sizeBytes === wish.file.size) return former;
  const begun = await store.begin(wish.key, wish.file.size, wish.overwrite);
  wish.onBegun(begun.id);
  return begun;
}

async function sendPart(
  store: UploadStore,
  id: string,
  number: number,
  bytes: Blob,
  progress: Progress,
  signal: AbortSignal,
  pause: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await store.send(id, number, bytes, progress, signal);
    } catch (error) {
      signal.throwIfAborted();
      progress(0);
      if (tries >= TRIES || !isPassing(error)) throw error;
      await pause(500 * 2 ** (tries - 1), signal);
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
