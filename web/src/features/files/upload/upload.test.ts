import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../../../api/http";
import { missingParts, transfer, type UploadStore } from "../../../api/transfer";
import type { Upload } from "../../../api/types";
import { type Memory, UploadQueue } from "./queue";
import { Speed } from "./speed";
import { words } from "./UploadRow";

const PART = 10;
const away = new ApiError(0, "unreachable", "away", null, null, {});
const there = new ApiError(412, "precondition_failed", "there", null, null, {});
const full = new ApiError(403, "storage_quota_exceeded", "full", null, null, { usedBytes: 9, quotaBytes: 10 });

/** Uploads in memory. A send waits while `held` is set, and fails as often as `failures` says. */
class FakeUploads implements UploadStore {
  readonly uploads = new Map<string, { key: string; size: number; parts: Map<number, string> }>();
  readonly objects = new Map<string, string>();
  readonly sends: number[] = [];
  failures: ApiError[] = [];
  holding: ((number: number) => boolean) | null = null;

  readonly begin = (key: string, size: number, overwrite: boolean) => {
    if (!overwrite && this.objects.has(key)) return Promise.reject(there);
    const id = `u${this.uploads.size + 1}`;
    this.uploads.set(id, { key, size, parts: new Map() });
    return Promise.resolve(this.#view(id));
  };

  readonly find = (id: string) => Promise.resolve(this.uploads.has(id) ? this.#view(id) : null);

  readonly send: UploadStore["send"] = async (id, number, bytes, progress, signal) => {
    this.sends.push(number);
    const failure = this.failures.shift();
    if (failure) throw failure;
    if (this.holding?.(number)) {
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
    }
    progress(bytes.size);
    this.uploads.get(id)?.parts.set(number, await bytes.text());
  };

  readonly complete = (id: string) => {
    const upload = this.uploads.get(id);
    const parts = [...(upload?.parts ?? [])].sort(([a], [b]) => a - b).map(([, text]) => text);
    this.objects.set(upload?.key ?? "", parts.join(""));
    return Promise.resolve();
  };

  readonly abort = (id: string) => {
    this.uploads.delete(id);
    return Promise.resolve();
  };

  #view(id: string): Upload {
    const { key, size, parts } = this.uploads.get(id) ?? { key: "", size: 0, parts: new Map<number, string>() };
    const held = [...parts].map(([number, text]) => ({ number, sizeBytes: text.length, etag: "e" }));
    return { id, key, sizeBytes: size, partSizeBytes: PART, parts: Math.max(1, Math.ceil(size / PART)), held };
  }
}

function memory(): Memory & { readonly marks: Map<string, string> } {
  const marks = new Map<string, string>();
  return {
    marks,
    get: (mark) => marks.get(mark) ?? null,
    set: (mark, id) => void marks.set(mark, id),
    remove: (mark) => void marks.delete(mark),
  };
}

const TEXT = "0123456789abcdefghijABCDEFGHIJ-end";
const file = (text = TEXT) => new File([text], "big.bin", { lastModified: 7 });
const sending = (store: UploadStore, signal = new AbortController().signal, id: string | null = null) =>
  transfer(store, {
    key: "k",
    file: file(),
    overwrite: true,
    id,
    signal,
    onBegun: () => undefined,
    onProgress: () => undefined,
    pause: () => Promise.resolve(),
  });

describe("a transfer", () => {
  test("sends every part once and makes the object of them", async () => {
    const store = new FakeUploads();
    await sending(store);
    expect(store.objects.get("k")).toBe(TEXT);
    expect([...store.sends].sort()).toEqual([1, 2, 3, 4]);
  });

  test("plans the last part as long as it is, and one part for nothing", () => {
    const plan = { id: "u", key: "k", partSizeBytes: 10, parts: 3, sizeBytes: 25, held: [] };
    const held = [{ number: 2, sizeBytes: 10, etag: "e" }];
    expect(missingParts({ ...plan, held })).toEqual([
      { number: 1, from: 0, to: 10 },
      { number: 3, from: 20, to: 25 },
    ]);
    expect(missingParts({ ...plan, parts: 1, sizeBytes: 0 })).toEqual([{ number: 1, from: 0, to: 0 }]);
  });

  test("sends a part again that did not arrive, but no refused one", async () => {
    const store = new FakeUploads();
    store.failures = [away, new ApiError(503, "x", "x", null, null, {}), away];
    await sending(store);
    expect(store.objects.get("k")).toBe(TEXT);

    store.failures = [full];
    await expect(sending(store)).rejects.toBe(full);
  });

  test("gives up after several tries, and what is held is not sent again", async () => {
    const store = new FakeUploads();
    store.failures = Array.from({ length: 50 }, () => away);
    await expect(sending(store)).rejects.toBe(away);

    store.failures = [];
    store.uploads.get("u1")?.parts.set(1, TEXT.slice(0, 10));
    store.sends.length = 0;
    await sending(store, undefined, "u1");
    expect([...store.sends].sort()).toEqual([2, 3, 4]);
    expect(store.objects.get("k")).toBe(TEXT);
  });

  test("begins anew where the server has forgotten the upload", async () => {
    const store = new FakeUploads();
    await sending(store, undefined, "gone");
    expect(store.objects.get("k")).toBe(TEXT);
  });
});

describe("the queue", () => {
  const item = (queue: UploadQueue, at = 0) => queue.items()[at];
  const wish = { key: "k", file: file() };

  test("pauses, and goes on with what is missing", async () => {
    const store = new FakeUploads();
    const queue = new UploadQueue(store, memory(), () => 0);
    store.holding = (number) => number === 2;
    queue.add([wish]);
    await vi.waitFor(() => expect(store.uploads.get("u1")?.parts.size).toBe(3));

    queue.pause(1);
    expect(item(queue)?.state).toBe("paused");
    store.holding = null;
    store.sends.length = 0;
    queue.resume(1);

    await vi.waitFor(() => expect(item(queue)?.state).toBe("done"));
    expect(store.sends).toEqual([2]);
    expect(store.objects.get("k")).toBe(TEXT);
  });

  test("after a reload the same file goes on where it stopped, a changed one begins anew", async () => {
    const store = new FakeUploads();
    const marks = memory();
    store.holding = (number) => number === 4;
    new UploadQueue(store, marks, () => 0).add([wish]);
    await vi.waitFor(() => expect(store.uploads.get("u1")?.parts.size).toBe(3));
    store.holding = null;
    store.sends.length = 0;

    const reloaded = new UploadQueue(store, marks, () => 0);
    reloaded.add([wish]);
    await vi.waitFor(() => expect(item(reloaded)?.state).toBe("done"));
    expect(store.sends).toEqual([4]);
    expect(marks.marks.size).toBe(0);

    reloaded.add([{ key: "k", file: file("other") }]);
    await vi.waitFor(() => expect(item(reloaded, 1)?.state).toBe("taken"));
    reloaded.replace(2);
    await vi.waitFor(() => expect(item(reloaded, 1)?.state).toBe("done"));
    expect(store.objects.get("k")).toBe("other");
  });

  test("asks before it writes over a file, and sends nothing until it is told", async () => {
    const store = new FakeUploads();
    const queue = new UploadQueue(store, memory(), () => 0);
    store.objects.set("k", "old").set("l", "old");
    queue.add([wish, { key: "l", file: file() }, { key: "new", file: file() }]);
    // Neither holds a place in the queue meanwhile.
    await vi.waitFor(() => expect(item(queue, 2)?.state).toBe("done"));
    expect(queue.items().map((each) => each.state)).toEqual(["taken", "taken", "done"]);
    expect(store.objects.get("k")).toBe("old");

    queue.replace(1);
    await queue.cancel(2);
    await vi.waitFor(() => expect(item(queue)?.state).toBe("done"));
    expect(store.objects.get("k")).toBe(TEXT);
    expect(store.objects.get("l")).toBe("old");
  });

  test("cancel drops it on the server too", async () => {
    const store = new FakeUploads();
    const marks = memory();
    const queue = new UploadQueue(store, marks, () => 0);
    store.holding = () => true;
    queue.add([wish]);
    await vi.waitFor(() => expect(store.sends.length).toBeGreaterThan(0));
    await queue.cancel(1);
    expect(queue.items()).toEqual([]);
    expect(store.uploads.size).toBe(0);
    expect(marks.marks.size).toBe(0);
  });

  test("a few files go at once, the others wait their turn", async () => {
    const store = new FakeUploads();
    const queue = new UploadQueue(store, memory(), () => 0);
    store.holding = () => true;
    queue.add(["a", "b", "c"].map((key) => ({ key, file: file() })));
    expect(queue.items().map((each) => each.state)).toEqual(["sending", "sending", "waiting"]);
    queue.pause(1);
    expect(queue.items().map((each) => each.state)).toEqual(["paused", "sending", "sending"]);
  });

  test("a refusal is shown, and can be tried again", async () => {
    const store = new FakeUploads();
    const queue = new UploadQueue(store, memory(), () => 0);
    store.failures = [full];
    queue.add([wish]);
    await vi.waitFor(() => expect(item(queue)).toMatchObject({ state: "failed", error: full }));
    queue.resume(1);
    await vi.waitFor(() => expect(item(queue)?.state).toBe("done"));
  });
});

test("speed is that of the last seconds", () => {
  let now = 0;
  const speed = new Speed(() => now);
  expect(speed.at(0)).toBeNull();
  now = 1_000;
  expect(speed.at(2_000_000)).toBe(2_000_000);
  now = 60_000;
  expect(speed.at(2_000_000)).toBeNull();
});

test("a row says amount, speed and time left, each with its unit", () => {
  const shown = { number: 1, key: "k", sizeBytes: 10_000_000, sentBytes: 4_000_000, error: null };
  expect(words({ ...shown, state: "sending", bytesPerSecond: 2_000_000 })).toBe(
    "4.0 MB of 10.0 MB, 2.0 MB/s, 3.0 s left",
  );
  expect(words({ ...shown, state: "paused", bytesPerSecond: null })).toBe("Paused, 4.0 MB of 10.0 MB");
});
