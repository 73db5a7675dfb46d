import { configure, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { renderAt } from "../../testing/render";
import { FileBrowser } from "./FileBrowser";

// A busy machine takes its time.
configure({ asyncUtilTimeout: 15_000 });

afterEach(() => vi.unstubAllGlobals());

const PAGE = 40;
const COUNT = 100;
const keys = Array.from({ length: COUNT }, (_, at) => `jobs/a/file-${String(at).padStart(4, "0")}.txt`);

/** The server's answers at the network's edge: a folder of many files, in pages of forty. */
function stubServer(calls: string[]): void {
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    calls.push(`${init.method} ${pathname} ${searchParams.get("prefix") ?? ""}`);
    return Promise.resolve(Response.json(answer(pathname, init.method ?? "GET", searchParams)));
  });
}

function answer(path: string, method: string, query: URLSearchParams): unknown {
  if (path.endsWith("/summary")) return { prefix: query.get("prefix"), objects: 1_234, bytes: 5_600_000 };
  if (method === "DELETE") return { objects: 1_234, bytes: 5_600_000 };
  const from = Number(query.get("after") || 0);
  const items = keys
    .slice(from, from + PAGE)
    .map((key) => ({ key, sizeBytes: 7, etag: "e", modifiedAt: "2026-01-01T00:00:00Z" }));
  const folders = from === 0 ? ["jobs/a/<b>ü/"] : [];
  return { prefix: "jobs/a/", items, folders, next: from + PAGE < COUNT ? String(from + PAGE) : null };
}

test("a folder below the root, page by page, and no way out of it", { timeout: 30_000 }, async () => {
  const calls: string[] = [];
  stubServer(calls);
  renderAt("/x?path=secret%2Fother.txt", <FileBrowser root="jobs/a/" rootLabel="a" />);

  expect(await screen.findByRole("link", { name: "file-0000.txt" })).toBeDefined();
  expect(screen.getByRole("link", { name: "<b>ü/" }).getAttribute("href")).toContain("path=jobs%2Fa%2F%3Cb%3E");
  expect(calls.every((call) => call.endsWith("jobs/a/"))).toBe(true);
  expect(screen.getByText("41 entries so far; scroll for more")).toBeDefined();

  await userEvent.click(screen.getByRole("button", { name: /^Size/ }));
  expect(await screen.findByText("101 entries")).toBeDefined();
  expect(screen.getByRole("columnheader", { name: /Size/ }).getAttribute("aria-sort")).toBe("descending");
});

test("a folder is deleted only after it said how much that is", { timeout: 30_000 }, async () => {
  const calls: string[] = [];
  stubServer(calls);
  renderAt("/x", <FileBrowser root="jobs/a/" rootLabel="a" />);

  await userEvent.click(await screen.findByRole("button", { name: "Actions of <b>ü" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
  expect(await screen.findByText(/This deletes 1,234 objects, 5.6 MB/)).toBeDefined();
  expect(calls.some((call) => call.startsWith("DELETE"))).toBe(false);

  await userEvent.click(screen.getByRole("button", { name: "Delete 1,234 objects" }));
  await waitFor(() => expect(calls).toContain("DELETE /api/v1/files jobs/a/<b>ü/"));
  await waitFor(() => expect(screen.queryByText(/This deletes/)).toBeNull());
});
