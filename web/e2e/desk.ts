import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect, inject } from "vitest";

const HERE = import.meta.dirname;
const SHOTS = join(HERE, "../build/screenshots");
const WIDE = { width: 1280, height: 860 };
const NARROW = { width: 375, height: 800 };

export const CREDENTIALS = inject("credentials");
export const URL_OF_SERVER = CREDENTIALS["RESON_BASE_URL"] ?? "";

/** Starts the system's Chromium. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["ROUNDELAY_TEST_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens a window of its own, with nobody signed in. What breaks the pages' policy or throws in them fails the test that looks. */
export async function openWindow(
  browser: Browser,
  baseURL: string = URL_OF_SERVER,
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: WIDE, baseURL, colorScheme: "light" });
  const page = await context.newPage();
  // Long, for other suites may run beside; what comes, comes sooner.
  page.setDefaultTimeout(120_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) faults.push(message.text());
  });
  return { context, page, faults };
}

/** A cable between browser and server that can be cut: to the browser, the server is away then. */
export interface Cable {
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** Lays a cable to the server. */
export async function cable(): Promise<Cable> {
  const { hostname, port } = new URL(URL_OF_SERVER);
  const open = new Set<Socket>();
  const hub = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  const listen = (at: number) => new Promise<void>((ready) => hub.listen(at, "127.0.0.1", ready));
  await listen(0);
  const own = (hub.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${own}`,
    cut: () =>
      new Promise((done) => {
        hub.close(() => done());
        open.forEach((socket) => socket.destroy());
      }),
    mend: () => listen(own),
  };
}

/** Fills in the sign-in page that is shown. */
export async function signIn(page: Page, email?: string, password?: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email ?? CREDENTIALS["ROUNDELAY_EMAIL"] ?? "");
  await page.getByLabel("Password", { exact: true }).fill(password ?? CREDENTIALS["ROUNDELAY_PASSWORD"] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Submits a job by the Python SDK and returns its id. */
export async function submit(name: string, settings: Readonly<Record<string, string | number>> = {}): Promise<string> {
  const python = process.env["ROUNDELAY_TEST_PYTHON"] ?? "python3";
  const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  const env = { ...process.env, ...CREDENTIALS, PYTHONPATH: join(HERE, "../../sdk-python/src") };
  const { stdout } = await promisify(execFile)(python, [join(HERE, "job/submit.py"), name, ...pairs], { env });
  return stdout.trim();
}

/** Calls the API by key. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(URL_OF_SERVER + path, {
    method,
    headers: { Authorization: `Bearer ${CREDENTIALS["RESON_API_KEY"] ?? ""}`, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** Waits until a job has ended, and returns its state. */
export async function ended(id: string): Promise<string> {
  let state = "";
  await expect
    .poll(async () => (state = (await api<{ state: string }>("GET", `/api/v1/jobs/${id}`)).state), {
      timeout: 180_000,
      interval: 250,
    })
    .toMatch(/FINISHED|FAILED|CANCELLED/);
  return state;
}

/** Looks at the page in its three forms, light, dark and narrow: keeps a picture of each, and holds it to what all pages promise. */
export async function inspected(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
    await page.screenshot({ path: join(SHOTS, `${name}-${scheme}.png`) });
    expect.soft(await violations(page), `${name} in ${scheme} colours`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(NARROW);
  await page.screenshot({ path: join(SHOTS, `${name}-narrow.png`) });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(over, `${name} at 375 px is wider than the screen`).toBeLessThanOrEqual(0);
  await page.setViewportSize(WIDE);
}

/** Returns what axe finds, in words. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await (window as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
    );
  });
}
