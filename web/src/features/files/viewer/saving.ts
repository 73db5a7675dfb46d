import { address, ApiError, send } from "../../../api/http";
import type { FileEntry } from "../../../api/types";
import { readWhole, textOf } from "./bytes";

/** A version of a text. */
export interface Version {
  readonly text: string;
  /** With its quotes; null for a file that is not there. */
  readonly etag: string | null;
}

export type Outcome =
  | { readonly is: "saved"; readonly version: Version }
  /** Somebody changed the file meanwhile. `theirs` is what is there now; null if it was deleted or is no text any more. */
  | { readonly is: "conflict"; readonly theirs: Version | null };

/** What saving asks of the server; tests stand in for it. */
export interface TextStore {
  /** @throws ApiError 412 if the file is no longer the version of the ETag */
  readonly write: (key: string, text: string, etag: string | null) => Promise<string>;
  /** Returns null where no text is there. */
  readonly read: (key: string) => Promise<Version | null>;
}

/** Saves a text over the version that it was made from, never over another one. */
export async function saveText(store: TextStore, key: string, text: string, over: string | null): Promise<Outcome> {
  try {
    return { is: "saved", version: { text, etag: await store.write(key, text, over) } };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) throw error;
    return { is: "conflict", theirs: await store.read(key) };
  }
}

/** The files of the server. */
export const serverStore: TextStore = {
  async write(key, text, etag) {
    const headers = { "Content-Type": "text/plain", ...(etag ? { "If-Match": etag } : { "If-None-Match": "*" }) };
    const url = address("/api/v1/files/content", { key });
    const response = await send(url, { method: "PUT", body: text, headers });
    return `"${((await response.json()) as FileEntry).etag}"`;
  },
  async read(key) {
    try {
      const whole = await readWhole(key);
      const text = textOf(whole.bytes);
      return text === null ? null : { text, etag: whole.etag };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  },
};
