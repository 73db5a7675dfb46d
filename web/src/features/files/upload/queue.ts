import { ApiError } from "../../../api/http";
import { Speed } from "./speed";
import { transfer, type UploadStore } from "../../../api/transfer";

/** `taken`: a file of that name is there already, and nothing has been sent yet. */
export type UploadState = "waiting" | "sending" | "taken" | "paused" | "failed" | "done";

/** An upload as it is shown. */
export interface Item {
  readonly number: number;
  readonly key: string;
  readonly sizeBytes: number;
  readonly state: UploadState;
  readonly sentBytes: number;
  /** Null where it is not known yet. */
  readonly bytesPerSecond: number | null;
  readonly error: unknown;
}

/** A file to upload. */
export interface Wish {
  readonly key: string;
  readonly file: File;
}

/** Remembers which upload a file belongs to, beyond a reload. */
export interface Memory {
  readonly get: (mark: string) => string | null;
  readonly set: (mark: string, id: string) => void;
  readonly remove: (mark: string) => void;
}

const AT_ONCE = 2;

interface Running {
  readonly wish: Wish;
  overwrite: boolean;
  id: string | null;
  abort: AbortController | null;
  speed: Speed;
}

/** The uploads of this window: a few files at once, the others wait. They go on whichever page is shown. */
export class UploadQueue {
  #items: readonly Item[] = [];
  readonly #running = new Map<number, Running>();
  readonly #listeners = new Set<() => void>();
  readonly #finished = new Set<() => void>();
  #next = 1;

  constructor(
    private readonly store: UploadStore,
    private readonly memory: Memory,
    private readonly now: () => number,
  ) {}

  readonly items = (): readonly Item[] => this.#items;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Tells whenever a file has arrived. */
  readonly onFinished = (listener: () => void): (() => void) => {
    this.#finished.add(listener);
    return () => this.#finished.delete(listener);
  };

  /** Adds files. One that was being uploaded before a reload goes on where it stopped. */
  add(wishes: readonly Wish[]): void {
    const items = wishes.map((wish): Item => {
      const number = this.#next++;
      const id = this.memory.get(markOf(wish));
      this.#running.set(number, { wish, overwrite: false, id, abort: null, speed: new Speed(this.now) });
      const nothing = { sentBytes: 0, bytesPerSecond: null, error: null };
      return { number, key: wish.key, sizeBytes: wish.file.size, state: "waiting", ...nothing };
    });
    this.#show([...this.#items, ...items]);
    this.#startNext();
  }

  pause(number: number): void {
    this.#change(number, { state: "paused", bytesPerSecond: null });
    this.#running.get(number)?.abort?.abort();
    this.#startNext();
  }

  /** Goes on with an upload that was paused or failed. */
  resume(number: number): void {
    this.#change(number, { state: "waiting", error: null });
    this.#startNext();
  }

  /** Sends a file in the place of the one that is there. */
  replace(number: number): void {
    const running = this.#running.get(number);
    if (running) running.overwrite = true;
    this.resume(number);
  }

  /** Drops an upload here and on the server. */
  async cancel(number: number): Promise<void> {
    const running = this.#running.get(number);
    running?.abort?.abort();
    this.#running.delete(number);
    this.#show(this.#items.filter((item) => item.number !== number));
    if (running) this.memory.remove(markOf(running.wish));
    this.#startNext();
    // What the server drops by itself after a while need not trouble anybody.
    if (running?.id) await this.store.abort(running.id).catch(() => undefined);
  }

  /** Takes what has arrived off the list. */
  clearDone(): void {
    this.#show(this.#items.filter((item) => item.state !== "done"));
  }

  #startNext(): void {
    const sending = this.#items.filter((item) => item.state === "sending").length;
    const waiting = this.#items.filter((item) => item.state === "waiting");
    for (const item of waiting.slice(0, Math.max(0, AT_ONCE - sending))) void this.#run(item.number);
  }

  async #run(number: number): Promise<void> {
    const running = this.#running.get(number);
    if (!running) return;
    const abort = new AbortController();
    running.abort = abort;
    running.speed = new Speed(this.now);
    this.#change(number, { state: "sending" });
    try {
      await transfer(this.store, {
        key: running.wish.key,
        file: running.wish.file,
        overwrite: running.overwrite,
        id: running.id,
        signal: abort.signal,
        onBegun: (id) => {
          running.id = id;
          this.memory.set(markOf(running.wish), id);
        },
        onProgress: (sentBytes) => {
          if (abort.signal.aborted) return;
          this.#change(number, { sentBytes, bytesPerSecond: running.speed.at(sentBytes) });
        },
      });
      this.memory.remove(markOf(running.wish));
      this.#running.delete(number);
      this.#change(number, { state: "done", bytesPerSecond: null });
      this.#finished.forEach((listener) => listener());
    } catch (error) {
      // A pause or a cancel has said already what it is.
      if (!abort.signal.aborted) this.#change(number, { ...stopped(error), bytesPerSecond: null });
    }
    this.#startNext();
  }

  #change(number: number, change: Partial<Item>): void {
    this.#show(this.#items.map((item) => (item.number === number ? { ...item, ...change } : item)));
  }

  #show(items: readonly Item[]): void {
    this.#items = items;
    this.#listeners.forEach((listener) => listener());
  }
}

function stopped(error: unknown): Pick<Item, "state" | "error"> {
  if (error instanceof ApiError && error.status === 412) return { state: "taken", error: null };
  return { state: "failed", error };
}

/** Returns by what a file is known again when it is chosen after a reload. */
export function markOf({ key, file }: Wish): string {
  return `${file.size}:${file.lastModified}:${key}`;
}

/** Returns whether an upload was refused for want of room. */
export function isQuota(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === "storage_quota_exceeded";
}
