import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { renderAt } from "../../testing/render";
import { DiskBanner } from "./DiskBanner";

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: object) {
  const asked = vi.fn(() => Promise.resolve(Response.json(body, { status })));
  vi.stubGlobal("fetch", asked);
  return asked;
}

test("says that the disk is nearly full, and what goes on", async () => {
  answering(200, { status: "ready", disk: "low" });
  renderAt("/dashboard/jobs", <DiskBanner />);
  await screen.findByText(/disk is nearly full: running jobs go on/);
});

test.each([
  [200, { status: "ready", disk: "ok" }],
  [503, { code: "not_active", message: "[server] it stands by" }],
])("says nothing to %i", async (status, body) => {
  const asked = answering(status, body);
  renderAt("/dashboard/jobs", <DiskBanner />);
  await waitFor(() => expect(asked).toHaveBeenCalled());
  expect(screen.getByRole("status").textContent).toBe("");
});
