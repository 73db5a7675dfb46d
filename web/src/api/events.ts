import { address, ApiError, send } from "./http";

/** One event of a stream. Its id ascends, so a stream that broke goes on after the last one seen. */
export interface StreamEvent {
  readonly id: number;
  readonly name: string;
  readonly data: unknown;
}

export type StreamState = "connecting" | "live" | "reconnecting" | "ended";

export interface Following {
  readonly onEvents: (events: readonly StreamEvent[]) => void;
  readonly onState: (state: StreamState) => void;
  readonly signal: AbortSignal;
  /** The id after which to begin; 0 for the first event. */
  readonly after?: number;
  /** Waits before the next try; tests step it. */
  readonly pause?: (ms: number) => Promise<void>;
}

const MAX_PAUSE_MS = 5_000;

/** Follows a job's event stream until its end: each event once, in order, however often the connection breaks.
 *
 * @throws ApiError where trying again is no use: no such job, session over
 */
export async function follow(path: string, following: Following): Promise<void> {
  const { onEvents, onState, signal, after = 0, pause = wait } = following;
  let last = after;
  let failures = 0;
  onState("connecting");
  while (!signal.aborted) {
    try {
      const headers = { Accept: "text/event-stream", ...(last > 0 ? { "Last-Event-ID": String(last) } : {}) };
      const response = await send(address(path), { headers, signal });
      onState("live");
      for await (const events of batches(response)) {
        failures = 0;
        const fresh = events.filter((event) => event.name !== "end" && event.id > last);
        if (fresh.length > 0) {
          last = fresh[fresh.length - 1]?.id ?? last;
          onEvents(fresh);
        }
        if (events.some((event) => event.name === "end")) {
          onState("ended");
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    if (signal.aborted) return;
    onState("reconnecting");
    await pause(Math.min(MAX_PAUSE_MS, 250 * 2 ** failures++));
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The events of a response, as many together as came together. */
async function* batches(response: Response): AsyncGenerator<readonly StreamEvent[]> {
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true }).replaceAll("\r", "")).split("\n\n");
      rest = blocks.pop() ?? "";
      const events = blocks.map(parse).filter((event) => event !== null);
      if (events.length > 0) yield events;
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): StreamEvent | null {
  let id = 0;
  let name = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    switch (line.slice(0, colon)) {
      case "id":
        id = Number(value);
        break;
      case "event":
        name = value;
        break;
      case "data":
        data.push(value);
    }
  }
  if (data.length === 0) return null;
  return { id, name, data: JSON.parse(data.join("\n")) as unknown };
}
