import { afterEach, expect, test, vi } from "vitest";
import { follow, type StreamEvent, type StreamState } from "./events";
import { ApiError } from "./http";

afterEach(() => vi.unstubAllGlobals());

/** A server that answers each connection with the next of these texts, cut into pieces as a network may cut them. */
function server(...answers: readonly (string | Response | Error)[]) {
  const asked: (string | null)[] = [];
  let next = 0;
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get("Last-Event-ID"));
    const answer = answers[next++];
    if (answer instanceof Error) return Promise.reject(answer);
    if (answer instanceof Response) return Promise.resolve(answer);
    return Promise.resolve(new Response(pieces(answer ?? "")));
  });
  return asked;
}

function pieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
}

const event = (id: number, name = "log") => `id: ${id}\nevent: ${name}\ndata: {"number":${id},"text":"ü"}\n\n`;

async function followed(after = 0) {
  const events: StreamEvent[] = [];
  const states: StreamState[] = [];
  await follow("/api/v1/jobs/job_1/events", {
    after,
    signal: new AbortController().signal,
    onEvents: (batch) => events.push(...batch),
    onState: (state) => states.push(state),
    pause: () => Promise.resolve(),
  });
  return { ids: events.map((each) => each.id), events, states };
}

test("a broken stream goes on after the last event, and no event comes twice", async () => {
  const asked = server(event(1) + event(2) + "id: 3\nevent: lo", event(2) + event(3) + event(4), event(4, "end"));

  const { ids, states } = await followed();

  expect(ids).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([null, "2", "4"]);
  expect(states).toEqual(["connecting", "live", "reconnecting", "live", "reconnecting", "live", "ended"]);
});

test("a server that is away is asked again", async () => {
  const asked = server(new TypeError("no route"), new Response("", { status: 503 }), event(1) + event(1, "end"));

  const { ids, states } = await followed();

  expect(ids).toEqual([1]);
  expect(asked).toHaveLength(3);
  expect(states.at(-1)).toBe("ended");
});

test("it begins after what is held already, and keeps the data whole over cuts within letters", async () => {
  const asked = server(event(41) + ": still here\n\n" + event(42, "end"));

  const { events } = await followed(40);

  expect(asked).toEqual(["40"]);
  expect(events).toEqual([{ id: 41, name: "log", data: { number: 41, text: "ü" } }]);
});

test("a job that is not there ends it with the server's words", async () => {
  server(
    Response.json(
      { code: "not_found", message: "[job_1] is not there", hint: "", requestId: "req_1" },
      { status: 404 },
    ),
  );

  await expect(followed()).rejects.toThrow(ApiError);
});
