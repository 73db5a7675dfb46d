const WINDOW_MS = 5_000;

/** How fast bytes move, over the last seconds. */
export class Speed {
  readonly #now: () => number;
  #points: { readonly time: number; readonly bytes: number }[] = [];

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes how many bytes have moved, and returns bytes per second; null while that is not known. */
  at(bytes: number): number | null {
    const time = this.#now();
    this.#points = [...this.#points.filter((point) => point.time >= time - WINDOW_MS), { time, bytes }];
    const first = this.#points[0];
    if (!first || time - first.time < 200) return null;
    return Math.max(0, ((bytes - first.bytes) * 1000) / (time - first.time));
  }
}
