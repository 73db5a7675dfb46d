import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { api, cable, ended, inspected, openBrowser, openWindow, signIn, submit } from "./desk";

let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  browser = await openBrowser();
  ({ page, faults } = await openWindow(browser));
});

afterAll(() => browser.close());

// Nothing that any page did broke its policy or threw.
afterEach(() => expect(faults.splice(0)).toEqual([]));

const named = (name: string) => page.getByRole("link", { name, exact: true });
const seen = async (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 120_000 });

test("whoever is not signed in signs in, and comes to the page that was asked for", async () => {
  await page.goto("/dashboard/jobs?state=failed");
  await page.getByRole("button", { name: /First start/ }).click();
  await seen("credentials.env");
  await inspected(page, "sign-in");

  await signIn(page, "admin@localhost", "not the password");
  await seen(/e-mail or password is wrong/);
  await signIn(page);

  await page.waitForURL("**/dashboard/jobs?state=failed");
  await seen("No job matches");
});

test("the first list says how to submit a job", async () => {
  // Other files of tests may have sent jobs to the same server: an answer without any stands for a new one.
  await page.route(/\/api\/v1\/jobs\?/, (route) =>
    route.fulfill({ json: { items: [], total: 0, limit: 50, offset: 0 } }),
  );
  await page.goto("/dashboard/jobs");
  await page.getByLabel("Python that submits a job", { exact: true }).waitFor();
  await inspected(page, "jobs-empty");
  await page.unroute(/\/api\/v1\/jobs\?/);
});

test("a running job is watched live: list, rounds, curves, log, machines", async () => {
  const id = await submit("two crescents", { ROUNDS: 10, EPOCHS: 20, PAUSE: 0.05, MODE: "controls" });
  await page.goto("/dashboard/jobs");
  await page.locator(`a[href$="${id}"]`).first().click();
  await page.waitForURL(`**/dashboard/jobs/${id}`);

  await page.getByText("Live", { exact: true }).waitFor();
  await seen(/^Round [3-9] of 10$/);
  await page.getByRole("img", { name: /^[2-9] rounds over/ }).waitFor();
  await inspected(page, "job-running");

  await page.getByRole("tab", { name: "Metrics" }).click();
  await page.getByRole("img", { name: /^Curves of accuracy/ }).waitFor();
  await page
    .getByRole("img", { name: /^Curves of train_loss/ })
    .locator("canvas")
    .waitFor();
  await inspected(page, "job-metrics");

  await page.getByRole("tab", { name: "Workers" }).click();
  await seen("local-1");
  await seen(/% of \d+ cores/);
  await inspected(page, "job-workers");

  await page.getByRole("tab", { name: "Logs" }).click();
  await seen(/^round 10 trained/);
  await seen(/finished with model/);
  // What a terminal would obey is shown, and markup is text.
  await seen(/a bell \\x07, a title , <b>markup<\/b> and/);
  await inspected(page, "job-logs");
  await page.getByText("Finished", { exact: true }).waitFor();
});

test("the log is filtered by the address, and a line has a link", async () => {
  await page.getByLabel("Site").selectOption("site-2");
  await page.getByLabel("Search the log").fill("trained");
  await seen("10 of");
  expect(new URL(page.url()).search).toBe("?site=site-2&q=trained");

  await page.getByRole("log").getByRole("button").first().click();
  await page.waitForURL(/line=\d+/);
  await page.reload();
  await seen("10 of");
  expect(await page.getByRole("log").locator("[class*=marked]").count()).toBe(1);
});

test("each part of a job's page stands a reload, and the back button leads back", async () => {
  const job = new URL(page.url()).pathname.replace("/logs", "");
  for (const part of ["", "/metrics", "/logs", "/workers"]) {
    await page.goto(job + part);
    await page.reload();
    await page.getByRole("tab", { selected: true }).waitFor();
    await page.getByRole("heading", { level: 1, name: "two crescents" }).waitFor();
  }
  await page.getByRole("tab", { name: "Overview" }).click();
  await seen("Configuration as submitted");
  await page.goBack();
  await page.waitForURL("**/workers");
});

test("a finished job gives out its model", async () => {
  await page.getByRole("button", { name: "Download" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /\.safetensors/ }).click();

  expect((await download).suggestedFilename()).toMatch(/\.safetensors$/);
});

test("stopping asks once, and the job can be continued from its last round", async () => {
  const id = await submit("to be stopped", { ROUNDS: 200, PAUSE: 0.05 });
  await page.goto(`/dashboard/jobs/${id}`);
  await seen(/^Round [2-9] of 200$/);

  await page.getByRole("button", { name: "Stop" }).click();
  await page
    .getByRole("dialog")
    .getByText(/committed round/)
    .waitFor();
  await inspected(page, "job-stop");
  await page.getByRole("button", { name: "Stop the job" }).click();

  await page.getByText("Cancelled", { exact: true }).first().waitFor({ timeout: 120_000 });
  await page.getByRole("button", { name: /^Continue from round \d+$/ }).waitFor();
});

test.each([
  ["raise", "The training function raised an error", "the labels of this site do not fit the model"],
  ["exit", "The training process died", "leaving without a word"],
  ["network", "The job tried to use the network", "asking example.org"],
  ["nan", "A site returned an update that cannot be used", "weights of nothing"],
])("a job that fails by %s tells cause, remedy and the proving lines without a click", async (mode, cause, line) => {
  const id = await submit(`fails by ${mode}`, { MODE: mode, ROUNDS: 3 });
  await page.goto(`/dashboard/jobs/${id}`);
  expect(await ended(id)).toBe("FAILED");

  const panel = page.getByRole("region", { name: new RegExp(cause) });
  await panel.getByText("What to do").waitFor();
  await panel
    .getByRole("region", { name: /log lines? of/ })
    .getByText(line)
    .first()
    .waitFor();
  if (mode === "raise") await inspected(page, "job-failed");
});

test("the list is filtered, searched and read again from its address", async () => {
  await page.goto("/dashboard/jobs");
  await named("two crescents").waitFor();
  await inspected(page, "jobs");

  await page.getByText("Failed", { exact: true }).first().click();
  await page.waitForURL("**/dashboard/jobs?state=failed");
  await named("fails by nan").waitFor();
  await named("two crescents").waitFor({ state: "detached" });
  await page.getByLabel("Search by name or id").fill("network");
  await page.waitForURL(/q=network/);
  await named("fails by nan").waitFor({ state: "detached" });
  await page.reload();
  await named("fails by network").waitFor();
});

test("wrong addresses and other people's jobs are answered plainly", async () => {
  await page.goto("/dashboard/jobs/job_none");
  await seen("There is no such job");
  await page.goto("/dashboard/nothing");
  await seen("There is no such page");
  await inspected(page, "not-found");
});

test("a server that is away for a while is told, and no line of the log is lost", async () => {
  const line = await cable();
  const { context, page: far } = await openWindow(browser, line.url);
  const id = await submit("through a break", { MODE: "clock", ROUNDS: 20, EPOCHS: 10, PAUSE: 0.05 });
  await far.goto(`/dashboard/jobs/${id}/logs`);
  await signIn(far);
  await far
    .getByText(/the time is/)
    .first()
    .waitFor();

  await line.cut();
  await far.getByText(/does not answer/).waitFor();
  const before = await linesOf(id);
  await expect.poll(() => linesOf(id), { timeout: 120_000 }).toBeGreaterThan(before + 10);
  await line.mend();
  await far.getByText(/does not answer/).waitFor({ state: "detached" });

  expect(await ended(id)).toBe("FINISHED");
  // What the browser shows and what the server holds, both asked again: a last line may still be on its way.
  const shown = async () => (await far.getByText(/^[\d,]+ lines$/).innerText()).replace(/\D/g, "");
  await expect.poll(async () => Number(await shown()) - (await linesOf(id)), { timeout: 20_000 }).toBe(0);
  await context.close();
  await line.cut();
});

/** Returns how many lines the log of a job has. */
async function linesOf(id: string): Promise<number> {
  let lines = 0;
  for (let after: number | null = 0; after !== null;) {
    const page: { items: readonly { seq: number }[] } = await api(
      "GET",
      `/api/v1/jobs/${id}/logs?limit=1000&after=${after}`,
    );
    lines += page.items.length;
    after = page.items.at(-1)?.seq ?? null;
  }
  return lines;
}

test("an ended session leads to the sign-in, and then to the same page", async () => {
  const here = "/dashboard/jobs?q=crescent";
  await page.goto("/dashboard/jobs?q=crescents");
  await named("two crescents").waitFor();
  await page.context().clearCookies();
  await page.getByLabel("Search by name or id").fill("crescent");
  await page.waitForURL("**/login?next=*");

  await signIn(page);
  await page.waitForURL(`**${here}`);
});
