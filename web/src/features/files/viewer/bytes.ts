import { address, ApiError, send } from "../../../api/http";

/** Some bytes of a file, and which version of it they are of. */
export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** With its quotes, as If-Match wants it. */
  readonly etag: string | null;
}

/** Reads bytes `from` (inclusive) to `to` (exclusive) of a file; fewer where it ends before. */
export async function readPiece(key: string, from: number, to: number, signal?: AbortSignal): Promise<Piece> {
  const url = address("/api/v1/files/content", { key });
  try {
    const response = await send(url, { headers: { Accept: "*/*", Range: `bytes=${from}-${to - 1}` }, signal });
    const bytes = new Uint8Array(await response.arrayBuffer());
    const whole = /\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "")?.[1];
    const sizeBytes = whole === undefined ? bytes.length : Number(whole);
    return { bytes, sizeBytes, etag: response.headers.get("ETag") };
  } catch (error) {
    // Nothing of an empty file can be asked for.
    if (!(error instanceof ApiError) || error.status !== 416 || from > 0) throw error;
    return readWhole(key, signal);
  }
}

/** Reads all of a file. */
export async function readWhole(key: string, signal?: AbortSignal): Promise<Piece> {
  const response = await send(address("/api/v1/files/content", { key }), { headers: { Accept: "*/*" }, signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { bytes, sizeBytes: bytes.length, etag: response.headers.get("ETag") };
}

/** Returns the text of bytes, null if they are no UTF-8: saving it would change the file. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
