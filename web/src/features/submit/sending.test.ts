import { expect, test, vi } from "vitest";
import type { UploadStore } from "../../api/transfer";
import type { Upload } from "../../api/types";
import { Sending } from "./sending";

const PART = 4;

/** A server that holds what it was sent, and loses its patience where it is told to. */
class Held implements UploadStore {
  readonly parts = new Map<string, Set<number>>();
  readonly sizes = new Map<string, number>();
  readonly whole: string[] = [];
  readonly aborted: string[] = [];
  sent = 0;
  onPart: () => void = () => undefined;

  begin = (key: string, sizeBytes: number) => {
    this.parts.set(key, new Set());
    this.sizes.set(key, sizeBytes);
    return Promise.resolve(this.upload(key));
  };
  find = (id: string) => Promise.resolve(this.parts.has(id) ? this.upload(id) : null);
  send = (id: string, number: number, bytes: Blob, _progress: unknown, signal: AbortSignal) => {
    signal.throwIfAborted();
    this.parts.get(id)?.add(number);
    this.sent += bytes.size;
    this.onPart();
    return Promise.resolve();
  };
  complete = (id: string) => {
    this.whole.push(id);
    this.parts.delete(id);
    return Promise.resolve();
  };
  abort = (id: string) => {
    this.aborted.push(id);
    return Promise.resolve();
  };

  private upload(key: string): Upload {
    const size = this.sizes.get(key) ?? 0;
    const held = [...(this.parts.get(key) ?? [])].map((number) => ({ number, sizeBytes: PART, etag: "" }));
    return { id: key, key, sizeBytes: size, partSizeBytes: PART, parts: Math.ceil(size / PART), held } as Upload;
  }
}

const ITEMS = [
  { key: "code", bytes: new Blob(["1234"]) },
  { key: "shard", bytes: new Blob(["x".repeat(40)]) },
];

test("goes on where it was broken off, and sends no part twice", async () => {
  const server = new Held();
  const progress = vi.fn();
  const sending = new Sending(server, ITEMS, progress);
  const pause = new AbortController();
  server.onPart = () => server.sent >= 16 && pause.abort(new Error("paused"));

  await expect(sending.run(pause.signal)).rejects.toThrow("paused");
  expect(server.whole).toEqual(["code"]);
  await sending.run(new AbortController().signal);

  expect(server.whole).toEqual(["code", "shard"]);
  expect(server.sent).toBe(44);
  expect(progress).toHaveBeenLastCalledWith(44, 44);
});

test("given up, it leaves nothing half at the server", async () => {
  const server = new Held();
  const sending = new Sending(server, ITEMS, () => undefined);
  const pause = new AbortController();
  server.onPart = () => server.sent >= 16 && pause.abort(new Error("paused"));

  await expect(sending.run(pause.signal)).rejects.toThrow("paused");
  await sending.abandon();

  expect(server.aborted).toEqual(["shard"]);
});
