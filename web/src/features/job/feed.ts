import { follow, type StreamEvent, type StreamState } from "../../api/events";
import { get } from "../../api/http";
import type { LogLine, MetricPoint } from "../../api/types";

const LINES_A_PAGE = 5_000;
const MAX_POINTS = 10_000;
// Lists are drawn again at most this often, however fast lines come.
const DRAW_MS = 100;

/** What a job has said so far: its log lines and metric points, whole and in order, first as stored, then as they come. */
export class JobFeed {
  readonly lines: LogLine[] = [];
  state: StreamState = "connecting";
  private readonly points = new Map<string, MetricPoint>();
  private pointList: readonly MetricPoint[] | null = null;
  private version = 0;
  private readonly listeners = new Set<() => void>();
  private drawing: ReturnType<typeof setTimeout> | undefined;

  /** @param changed told that rounds, phase or workers have changed, so that they are read again */
  constructor(
    private readonly path: string,
    private readonly changed: () => void,
  ) {}

  /** Reads what is stored and follows the stream from there, until its end or the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const after = await this.readLines(signal);
    // Read after the last line: what is newer than that line comes by the stream too, and is kept once.
    const stored = await get<{ items: MetricPoint[] }>(`${this.path}/metrics`, { maxPoints: MAX_POINTS }, signal);
    stored.items.forEach((point) => this.add(point));
    this.draw();
    await follow(`${this.path}/events`, {
      after,
      signal,
      onState: (state) => {
        this.state = state;
        if (state === "ended") this.changed();
        this.draw();
      },
      onEvents: (events) => this.take(events),
    });
  }

  private async readLines(signal: AbortSignal): Promise<number> {
    let after = 0;
    for (;;) {
      const query = { after, limit: LINES_A_PAGE };
      const page = await get<{ items: LogLine[]; next: number }>(`${this.path}/logs`, query, signal);
      for (const line of page.items) this.lines.push(line);
      this.draw();
      after = Math.max(after, page.next);
      if (page.items.length < LINES_A_PAGE) return after;
    }
  }

  private take(events: readonly StreamEvent[]): void {
    let other = false;
    for (const event of events) {
      if (event.name === "log") this.lines.push(event.data as LogLine);
      else if (event.name === "metric") this.add(event.data as MetricPoint);
      else other = true;
    }
    if (other) this.changed();
    this.draw();
  }

  private add(point: MetricPoint): void {
    this.points.set(`${point.name}\n${point.site ?? ""}\n${point.round ?? ""}\n${point.step ?? ""}`, point);
    this.pointList = null;
  }

  /** Returns all metric points; the same list until one is added. */
  metricPoints(): readonly MetricPoint[] {
    this.pointList ??= [...this.points.values()];
    return this.pointList;
  }

  private draw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.version++;
      this.listeners.forEach((listener) => listener());
    }, DRAW_MS);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Returns a number that changes with what is held. */
  readonly snapshot = (): number => this.version;
}
