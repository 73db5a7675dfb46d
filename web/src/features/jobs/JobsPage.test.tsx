import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { renderAt } from "../../testing/render";
import { SignedIn } from "../../testing/SignedIn";
import { JobsPage } from "./JobsPage";
import { listState } from "./listState";

afterEach(() => vi.unstubAllGlobals());

const job = (number: number) => ({
  id: `job_${number}`,
  name: `job number ${number}`,
  slug: `job-${number}`,
  state: "FINISHED",
  round: 3,
  rounds: 3,
  shards: 2,
  owner: "ada@example.org",
  createdAt: "2026-01-02T03:04:05Z",
  startedAt: "2026-01-02T03:04:06Z",
  endedAt: "2026-01-02T03:05:05Z",
  dashboardUrl: "",
  cancelRequested: false,
  note: "",
  tags: [],
  warnings: [],
  metrics: {},
  spec: {},
});

/** The API at the edge of the network: remembers what was asked. */
function api(total: number, status = 200) {
  const asked: URL[] = [];
  vi.stubGlobal("fetch", (address: string) => {
    const url = new URL(address, "http://server");
    if (url.pathname === "/api/v1/session") {
      return Promise.resolve(
        Response.json({ user: { id: "usr_1", email: "ada@example.org", role: "user" }, csrfToken: "t" }),
      );
    }
    // The stream of news is open and quiet.
    if (url.pathname === "/api/v1/events") return new Promise(() => undefined);
    asked.push(url);
    if (status !== 200) {
      const problem = { code: "internal", message: "[server] a bug", hint: "tell the operator", requestId: "req_77" };
      return Promise.resolve(Response.json(problem, { status }));
    }
    const offset = Number(url.searchParams.get("offset"));
    const items = Array.from({ length: Math.min(50, total - offset) }, (_, at) => job(offset + at + 1));
    return Promise.resolve(Response.json({ items, total, limit: 50, offset }));
  });
  return asked;
}

// The page stands behind the sign-in, which has put the session into the cache.
function page(address: string) {
  return renderAt(
    address,
    <SignedIn>
      <JobsPage />
    </SignedIn>,
  );
}

test("page, state and search are in the address, both ways", async () => {
  const asked = api(120);
  const { router } = page("/dashboard/jobs?state=finished&page=2");

  await screen.findByText("job number 51");
  expect(asked[0]?.searchParams.get("offset")).toBe("50");
  expect(asked[0]?.searchParams.get("state")).toBe("FINISHED");

  await userEvent.click(screen.getByRole("button", { name: "Page 3" }));
  await screen.findByText("job number 101");
  expect(router.state.location.search).toBe("?state=finished&page=3");

  await userEvent.type(screen.getByRole("textbox", { name: "Search by name or id" }), "cnn");
  await waitFor(() => expect(router.state.location.search).toBe("?state=finished&q=cnn"));
});

test("without a job, it shows the lines that submit one", async () => {
  api(0);
  page("/dashboard/jobs");

  expect((await screen.findByLabelText("Python that submits a job")).textContent).toContain("rt_submit");
});

test("an error shows message, hint and request id, and can be tried again", async () => {
  const asked = api(0, 400);
  page("/dashboard/jobs");

  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("[server] a bug");
  expect(alert.textContent).toContain("tell the operator");
  expect(alert.textContent).toContain("req_77");
  const before = asked.length;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(asked.length).toBeGreaterThan(before));
});

test("an address that makes no sense counts as none", () => {
  expect(listState(new URLSearchParams("state=loud&page=-3&all=maybe"))).toEqual({
    state: null,
    search: "",
    page: 1,
    everybody: false,
  });
});
