import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CREDENTIALS, ended, inspected, openBrowser, openWindow, signIn, submit } from "./desk";

const DIGITS = join(import.meta.dirname, "../../examples/digits");
const JOBS = [
  { name: "wizard one", rate: "0.05" },
  { name: "wizard two", rate: "0.01" },
] as const;

let browser: Browser;
let page: Page;
let faults: string[];
let data: string;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), "roundelay-digits-"));
  const python = process.env["ROUNDELAY_TEST_PYTHON"] ?? "python3";
  await promisify(execFile)(python, [join(DIGITS, "prepare.py"), "--out", data]);
  browser = await openBrowser();
  ({ page, faults } = await openWindow(browser));
  await page.goto("/dashboard/jobs");
  await signIn(page);
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
});

afterAll(async () => {
  await browser.close();
  rmSync(data, { recursive: true, force: true });
});

// Nothing that any page did broke its policy or threw.
afterEach(() => expect(faults.splice(0)).toEqual([]));

/** Returns what a block shows that can be copied, whole. */
const copied = (label: string) => page.getByLabel(label, { exact: true }).innerText();

test("the digits are submitted by the wizard, which shows the same as Python", async () => {
  for (const [at, { name, rate }] of JOBS.entries()) {
    await page.goto("/dashboard/jobs/new");
    await page.locator(".monaco-editor").waitFor();
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("[name] it is empty; give the job a name").waitFor();

    await page.getByLabel("Name of the job").fill(name);
    await page.locator('input[type="file"]').nth(0).setInputFiles(join(DIGITS, "model_def.py"));
    const shards = [1, 2, 3].map((site) => join(data, `shards/site-${site}.zip`));
    await page.locator('input[type="file"]').nth(1).setInputFiles(shards);
    await page.getByLabel("Rounds", { exact: true }).fill("3");
    await page.getByLabel("Learning rate").fill(rate);
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText(/Ready to be sent/).waitFor();

    const python = await copied("The same job in Python");
    expect(python).toContain("DigitsNet");
    expect(python).toContain("num_rounds=3");
    if (at === 0) await inspected(page, "wizard");
    await page.getByRole("button", { name: "Submit the job" }).click();
    await page.waitForURL(/jobs\/job_/);
    expect(await ended(new URL(page.url()).pathname.split("/").at(-1) ?? "")).toBe("FINISHED");
  }
});

test("two jobs are compared by what differs and by their curves", async () => {
  await page.goto("/dashboard/jobs");
  for (const { name } of JOBS) await page.getByLabel(`Choose ${name}`).check();
  await page.getByRole("link", { name: "Compare 2 jobs" }).click();

  await page
    .getByRole("table", { name: "Final and best metrics" })
    .getByText(/best .* in round/)
    .first()
    .waitFor();
  const differing = await page.getByRole("table", { name: "Configuration that differs" }).innerText();
  expect(differing).toContain("Learning rate");
  expect(differing).not.toContain("Batch size");
  await page.locator("canvas").first().waitFor();
  await inspected(page, "compare");
  await page.reload();
  await page.locator("canvas").first().waitFor();
});

test("a machine is joined by one line, labelled, drained and given work again", async () => {
  await page.goto("/dashboard/workers");
  const table = page.getByRole("table", { name: "workers" });
  await table.getByText("local-1").waitFor();
  await page.getByRole("button", { name: "Make a line to join" }).click();
  expect(await copied("The line that joins a machine")).toMatch(
    /rwt_\S+' > roundelay-token.*join\.sh' \| sh -s -- --token-file/s,
  );
  await inspected(page, "workers");

  await table.getByRole("link", { name: "local-1" }).click();
  const drawer = page.getByRole("dialog", { name: "local-1", exact: true });
  await drawer.getByLabel("Labels").fill("room=4");
  await drawer.getByRole("button", { name: "Save" }).click();
  await table.getByText("room=4").waitFor();
  await drawer.getByRole("button", { name: "Drain" }).click();
  await page.getByRole("dialog", { name: "Drain local-1?" }).getByRole("button", { name: "Drain" }).click();
  await drawer.getByRole("button", { name: "Undrain" }).waitFor();
  await inspected(page, "worker");

  // What is on the page is in its address.
  await page.reload();
  await drawer.getByRole("button", { name: "Undrain" }).click();
  await page.getByRole("dialog", { name: "Give local-1 work again?" }).getByRole("button", { name: "Undrain" }).click();
  await drawer.getByRole("button", { name: "Drain", exact: true }).waitFor();
});

test("the bucket's keys are copied and rotated, an API key is minted and revoked", async () => {
  await page.goto("/profile");
  await page.getByRole("button", { name: "Rotate key" }).click();
  await page.getByRole("button", { name: "Rotate the key" }).click();
  const secret = await copied("Secret access key");
  expect(secret.length).toBeGreaterThan(20);
  expect(await copied("Settings for Environment")).toContain(secret);

  await page.getByLabel("Name of a new key").fill("laptop");
  await page.getByRole("button", { name: "Mint a key" }).click();
  expect(await copied("API key")).toMatch(/^rsk_live_/);
  await inspected(page, "profile");
  const row = page.getByRole("row", { name: /laptop/ });
  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await row.waitFor({ state: "detached" });
});

test("a new user has a quota and sees nothing of anybody else", async () => {
  const others = await submit("of the administrator", { ROUNDS: 1 });
  await ended(others);
  await page.goto("/admin");
  await page.getByRole("button", { name: "New user" }).click();
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByRole("button", { name: "Create the user" }).click();
  const password = await copied("Password of ada@example.org");
  await page.getByRole("button", { name: "Change ada@example.org" }).click();
  await page.getByLabel("Storage quota in GB").fill("5");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page
    .getByRole("row", { name: /ada@example.org/ })
    .getByText(/^5(\.0+)? GB$/)
    .waitFor();
  await page.getByLabel("Filter the audit log").fill("user_created");
  await page.waitForURL(/q=user_created/);
  await page.getByText("1 audit entry").waitFor();
  await inspected(page, "admin");

  const hers = await openWindow(browser);
  await hers.page.goto(`/dashboard/jobs/${others}`);
  await signIn(hers.page, "ada@example.org", password);
  await hers.page.getByText("There is no such job").waitFor();
  await hers.page.goto("/dashboard/jobs");
  await hers.page.getByLabel("Python that submits a job", { exact: true }).waitFor();
  await hers.page.goto("/dashboard/files");
  await hers.page
    .getByText(/5(\.0+)? GB/)
    .first()
    .waitFor();
  expect(await hers.page.getByText("jobs/", { exact: false }).count()).toBe(0);
  await hers.page.goto("/admin");
  await hers.page.getByText("There is no such page").waitFor();
  expect(hers.faults).toEqual([]);
  await hers.context.close();
});

test("the address that the published client gives leads through the sign-in to the job", async () => {
  const id = await submit("by the published client", { ROUNDS: 1 });
  const python = process.env["ROUNDELAY_TEST_RESONTECH_030"] ?? "";
  const script = join(import.meta.dirname, "job/published_address.py");
  const { stdout } = await promisify(execFile)(python, [script, id], { env: { ...process.env, ...CREDENTIALS } });

  const theirs = await openWindow(browser);
  await theirs.page.goto(stdout.trim());
  await signIn(theirs.page);
  await theirs.page.getByRole("heading", { level: 1, name: "by the published client" }).waitFor();
  expect(theirs.page.url()).toBe(stdout.trim());
  await ended(id);
  await theirs.context.close();
});

test("a job is found and stopped by the keyboard alone", async () => {
  const id = await submit("by keyboard", { ROUNDS: 300, PAUSE: 0.05 });
  await page.goto("/dashboard/jobs?q=by+keyboard");
  const link = page.locator(`a[href$="${id}"]`).first();
  await link.waitFor();
  await tabTo((text) => text === "by keyboard");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/dashboard/jobs/${id}`);
  await page
    .getByText(/^Round [2-9]\d* of 300$/)
    .first()
    .waitFor();

  await tabTo((text) => text === "Overview");
  await page.keyboard.press("ArrowRight");
  await page.waitForURL("**/metrics");
  await tabTo((text) => text === "Stop");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // Where one was is where one is again.
  expect(await focused()).toBe("Stop");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo((text) => text === "Stop the job");
  await page.keyboard.press("Enter");
  expect(await ended(id)).toBe("CANCELLED");
});

/** Returns the words of what has the focus. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    return at?.getAttribute("aria-label") ?? (at instanceof HTMLElement ? at.innerText.trim() : "");
  });
}

/** Presses the Tab key until something has the focus; everything that can be reached is reached within a turn. */
async function tabTo(wanted: (text: string) => boolean): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press("Tab");
    const text = await focused();
    if (wanted(text)) return;
    passed.push(text);
  }
  throw new Error(`the Tab key does not lead there; it leads to ${JSON.stringify(passed)}`);
}
