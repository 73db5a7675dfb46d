import { afterEach, expect, test, vi } from "vitest";
import { JobFeed } from "./feed";

afterEach(() => vi.unstubAllGlobals());

const line = (seq: number) => ({
  seq,
  time: "2026-01-02T03:04:05Z",
  source: "user",
  level: "info",
  message: `line ${seq}`,
});
const point = (round: number, value: number) => ({
  name: "loss",
  scope: "global",
  round,
  value,
  time: "2026-01-02T03:04:05Z",
});

test("stored lines come first, the stream goes on from there, and a point that both tell is kept once", async () => {
  let resumed: string | null = null;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    if (url.includes("/logs")) return Promise.resolve(Response.json({ items: [line(1), line(2)], next: 3 }));
    if (url.includes("/metrics")) return Promise.resolve(Response.json({ items: [point(0, 1), point(1, 0.5)] }));
    resumed = new Headers(init.headers).get("Last-Event-ID");
    const events = [
      ["metric", 4, point(1, 0.5)],
      ["log", 5, line(5)],
      ["round", 6, { round: 1 }],
      ["end", 6, {}],
    ].map(([name, id, data]) => `id: ${String(id)}\nevent: ${String(name)}\ndata: ${JSON.stringify(data)}\n\n`);
    return Promise.resolve(new Response(events.join("")));
  });
  const changed = vi.fn();
  const feed = new JobFeed("/api/v1/jobs/job_1", changed);

  await feed.run(new AbortController().signal);

  expect(resumed).toBe("3");
  expect(feed.lines.map((each) => each.seq)).toEqual([1, 2, 5]);
  expect(feed.metricPoints().map((each) => each.value)).toEqual([1, 0.5]);
  expect(feed.state).toBe("ended");
  expect(changed).toHaveBeenCalled();
});
