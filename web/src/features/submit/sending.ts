import { transfer, type UploadStore } from "../../api/transfer";
import type { Item } from "./api";

/** The files of one job on their way. It can be broken off and run again: what the server holds is not sent twice. */
export class Sending {
  /** The upload of each file that was begun and is not done. */
  private readonly begun = new Map<string, string>();
  private readonly done = new Set<string>();
  private readonly all: number;

  constructor(
    private readonly store: UploadStore,
    private readonly items: readonly Item[],
    private readonly onProgress: (sent: number, all: number) => void,
  ) {
    this.all = items.reduce((sum, { bytes }) => sum + bytes.size, 0);
  }

  /** Sends what is not there yet, one file after the other.
   *
   * @throws the reason of `signal` where it was broken off, or what the server refused
   */
  async run(signal: AbortSignal): Promise<void> {
    let before = 0;
    for (const { key, bytes } of this.items) {
      if (!this.done.has(key)) await this.send(key, bytes, before, signal);
      before += bytes.size;
      this.onProgress(before, this.all);
    }
  }

  /** Gives up: nothing half stays at the server. */
  async abandon(): Promise<void> {
    await Promise.all([...this.begun.values()].map((id) => this.store.abort(id).catch(() => undefined)));
    this.begun.clear();
  }

  private async send(key: string, file: Blob, before: number, signal: AbortSignal): Promise<void> {
    await transfer(this.store, {
      key,
      file,
      // What an earlier job left in these folders was settled before.
      overwrite: true,
      id: this.begun.get(key) ?? null,
      signal,
      onBegun: (id) => this.begun.set(key, id),
      onProgress: (sent) => this.onProgress(before + sent, this.all),
    });
    this.begun.delete(key);
    this.done.add(key);
  }
}
