import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { api, ended, openBrowser, openWindow, signIn, submit } from "./desk";

const PROBE = "<img src=x onerror=\"document.title='taken over'\">";
const NAME = "<b>loud</b>\"'><svg onload=document.title='taken+over'>";

let browser: Browser;
let page: Page;
let faults: string[];
let id: string;

beforeAll(async () => {
  browser = await openBrowser();
  ({ page, faults } = await openWindow(browser));
  await page.goto("/dashboard/jobs");
  await signIn(page);
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
});

afterAll(() => browser.close());

// Markup that came to life would have been stopped by the policy, or have thrown: both are faults.
afterEach(async () => {
  expect(await page.title()).not.toMatch(/^taken/);
  expect(await page.locator("svg[onload], img[onerror], a[href^='javascript:']").count()).toBe(0);
  expect(faults.splice(0)).toEqual([]);
});

const seen = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 120_000 });

test("a job's name, tags and note are text in the list, on its page and in the comparison", async () => {
  id = await submit(NAME, { MODEL: "hostile_model.py", ROUNDS: 3, SITES: 1 });
  expect(await ended(id)).toBe("FAILED");
  await api("PATCH", `/api/v1/jobs/${id}`, {
    note: `noted ${PROBE} javascript:alert(1)`,
    tags: ["<i>tag</i>", "'\">"],
  });
  await seen("<b>loud</b>");
  await seen("<i>tag</i>");
  await page.goto(`/dashboard/jobs/${id}`);
  await page.getByRole("heading", { level: 1 }).getByText("<b>loud</b>").waitFor();
  await seen("noted <img src=x");
  await page.goto(`/dashboard/compare?ids=${id}`);
  await seen("<b>loud</b>");
});

test("what it raised is text, and says where", async () => {
  await page.goto(`/dashboard/jobs/${id}`);
  await seen("raised <img src=x onerror");
});

test("its log is text", async () => {
  await page.goto(`/dashboard/jobs/${id}/logs`);
  await seen("logged <img src=x onerror");
  await seen("<script>document.title=");
});

test("the names of its metrics are text, and hurt no other metric", async () => {
  await page.goto(`/dashboard/jobs/${id}/metrics`);
  await page.getByRole("img", { name: /^Curves of calm/ }).waitFor();
});

test("its files are shown as text and pictures that do nothing", async () => {
  const folder = `jobs/${(await api<{ slug: string }>("GET", `/api/v1/jobs/${id}`)).slug}/files_out/site-1/round_0/`;
  await page.goto(`/dashboard/files?path=${encodeURIComponent(folder)}`);
  await page.getByRole("link", { name: `${PROBE}.html`, exact: true }).click();
  await seen(/taken over/);
  await page.goto(`/dashboard/files?path=${encodeURIComponent(folder)}`);
  await page.getByRole("link", { name: "drawing.svg", exact: true }).click();
  await seen(/drawing\.svg/);
});
