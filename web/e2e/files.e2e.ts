import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { api, CREDENTIALS, ended, inspected, openBrowser, openWindow, signIn, submit, URL_OF_SERVER } from "./desk";

const LOG_LINES = 560_000;
const LONG = "n".repeat(250) + "<b>ü💡";
// One red and one blue pixel.
const PNG = Buffer.from(
  "89504e470d0a1a0a0000000d494844520000000200000001080200000" +
    "07b40e8dd0000000f49444154789c63f8cfc0f09f81010009fc01fdb3a9a3a90000000049454e44ae426082",
  "hex",
);

let browser: Browser;
let page: Page;
let faults: string[];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "roundelay-files-"));
  browser = await openBrowser();
  ({ page, faults } = await openWindow(browser));
  await write("look/notes.md", "# Notes\n\nplain text\n");
  await write("look/config.json", '{\n  "epochs": 5,\n  "name": "digits"\n}\n');
  await write("look/model_def.py", "import torch\n\n\nclass Net(torch.nn.Module):\n    pass\n");
  await write("look/metrics.csv", 'round,loss,note\n1,0.91,"a, b"\n2,0.72,<b>x</b>\n');
  await write("look/page.html", "<script>document.title = 'taken over'</script>\n");
  await write("look/drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>\n");
  await write(`look/${LONG}.txt`, "long name\n");
  await write("look/<img src=x onerror=alert(1)>/deep/a.txt", "deep\n");
  await write("look/old/a.txt", "12345");
  await write("look/old/deep/b.txt", "678");
  await page.goto("/dashboard/files?path=look%2F");
  await signIn(page);
  await link("notes.md").waitFor();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

// Nothing that any page did broke its policy or threw.
afterEach(() => expect(faults.splice(0)).toEqual([]));

const link = (name: string) => page.getByRole("link", { name, exact: true });
const button = (name: string | RegExp) => page.getByRole("button", { name });
const seen = async (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 120_000 });
const show = (path: string) => page.goto(`/dashboard/files?path=${encodeURIComponent(path)}`);

async function write(key: string, text: string): Promise<void> {
  const response = await content(key, { method: "PUT", body: text });
  expect(response.status, key).toBe(200);
}

function content(key: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${CREDENTIALS["RESON_API_KEY"] ?? ""}` };
  return fetch(`${URL_OF_SERVER}/api/v1/files/content?key=${encodeURIComponent(key)}`, { ...init, headers });
}

async function choose(label: string, ...paths: string[]): Promise<void> {
  await page.getByLabel(label, { exact: true }).first().setInputFiles(paths);
}

/** Waits until Monaco shows a text; its spaces are no plain ones. */
async function editorShows(name: string, text: string): Promise<void> {
  await page.getByLabel(`Text of ${name}`).waitFor({ state: "attached", timeout: 120_000 });
  const lines = page.locator(".view-lines").first();
  await expect
    .poll(async () => (await lines.innerText()).replaceAll("\u00a0", " "), { timeout: 120_000 })
    .toContain(text);
}

test("the bucket is walked by links, back and reload, whatever names it holds", async () => {
  await inspected(page, "files-folder");
  await link("<img src=x onerror=alert(1)>/").click();
  await link("deep/").click();
  await link("a.txt").waitFor();
  await page.reload();
  await link("a.txt").waitFor();
  await page.goBack();
  await page.goBack();
  await link("notes.md").waitFor();
  expect(await page.title()).toBe("Files – Roundelay");

  await show("");
  await seen(/of .* used/);
  await inspected(page, "files-bucket");
});

test("a text is edited and saved, and never over what somebody else saved", async () => {
  await show("look/notes.md");
  await editorShows("notes.md", "plain text");
  await page.locator(".view-lines").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("mine\n");
  await seen(/Changed, not saved/);
  await inspected(page, "files-editor");
  await button("Save").click();
  await seen(/As it is in the bucket/);
  expect(await (await content("look/notes.md")).text()).toContain("mine");

  await write("look/notes.md", "# Theirs\n");
  // The button has the focus since it was pressed.
  await page.locator(".view-lines").click();
  await page.keyboard.type("and more\n");
  await page.keyboard.press("Control+s");
  await seen(/has changed meanwhile/);
  await page.locator(".editor.original").getByText("Theirs").first().waitFor();
  await inspected(page, "files-conflict");
  expect(await (await content("look/notes.md")).text()).toBe("# Theirs\n");
  await button("Save mine over it").click();
  await seen(/As it is in the bucket/);
  expect(await (await content("look/notes.md")).text()).toContain("and more");

  await page.locator(".view-lines").click();
  await page.keyboard.type("lost?");
  await page.getByRole("link", { name: "look", exact: true }).click();
  await seen("Leave without saving?");
  await button("Leave").click();
  await link("config.json").waitFor();
});

test("files are shown as what their bytes are", async () => {
  await show("look/metrics.csv");
  await page.getByRole("columnheader", { name: "loss" }).waitFor();
  await seen("<b>x</b>");
  await inspected(page, "files-csv");

  await show("look/page.html");
  await editorShows("page.html", "taken over");
  expect(await page.title()).toBe("Files – Roundelay");
  await show("look/drawing.svg");
  await editorShows("drawing.svg", "onload");

  await show(`look/${LONG}.txt`);
  await editorShows(`${LONG}.txt`, "long name");
  await inspected(page, "files-long-name");

  await show("look/gone.txt");
  await seen("There is no such file");
});

test("files and folders are uploaded, with pause, resume and reload", async () => {
  const log = join(folder, "train.log");
  const line = (at: number) =>
    `2026-01-01T00:00:00Z site-1 INFO round ${at} \u001b[31mloss\u001b[0m 0.${at} and some more words\n`;
  writeFileSync(log, Array.from({ length: LOG_LINES }, (_, at) => line(at)).join(""));
  const picture = join(folder, "picture.dat");
  writeFileSync(picture, PNG);
  writeFileSync(join(folder, "blob.bin"), Buffer.from([0, 1, 2, 255, 77, 90]));
  await show("look/");
  const wire = await page.context().newCDPSession(page);
  const speed = async (uploadThroughput: number) =>
    wire.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput,
    });
  await speed(6_000_000);

  await choose("Upload", log, picture, join(folder, "blob.bin"));
  await seen(/MB of \d+\.\d MB, .*\/s, .* left/);
  await inspected(page, "files-upload");
  await button("Pause train.log").click();
  await seen(/^Paused/);
  await page.reload();
  await speed(-1);
  await link("notes.md").waitFor();
  await choose("Upload", log);
  await seen("All uploads have arrived");
  await link("train.log").waitFor();
  const sent = await content("look/train.log", { method: "GET" });
  expect(Buffer.from(await sent.arrayBuffer()).equals(readFileSync(log))).toBe(true);
  await link("picture.dat").waitFor();

  // What is there already is not written over without a word.
  writeFileSync(picture, Buffer.concat([PNG, PNG]));
  writeFileSync(join(folder, "blob.bin"), "another");
  await choose("Upload", picture, join(folder, "blob.bin"));
  await seen("2 files are there already");
  await inspected(page, "files-taken");
  await button("Replace picture.dat").click();
  await seen("1 file is there already");
  await button("Keep the old one").click();
  await seen("All uploads have arrived");
  expect((await (await content("look/picture.dat")).arrayBuffer()).byteLength).toBe(2 * PNG.length);
  expect((await (await content("look/blob.bin")).arrayBuffer()).byteLength).toBe(6);

  mkdirSync(join(folder, "set/inner"), { recursive: true });
  writeFileSync(join(folder, "set/one.txt"), "1");
  writeFileSync(join(folder, "set/inner/two.txt"), "2");
  await choose("Upload a folder", join(folder, "set"));
  await link("set/").click();
  await link("inner/").waitFor();
});

test("a log of fifty megabytes is read at both ends, and searched", async () => {
  await show("look/");
  await link("train.log").click();
  await seen(/round 0 loss/);
  await inspected(page, "files-log");
  await page.evaluate(() => {
    const watch = window as unknown as { frames: number[]; stop: boolean };
    watch.frames = [];
    let last = performance.now();
    const next = (now: number) => {
      watch.frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  const text = page.getByRole("region", { name: "Text" });
  await text.evaluate(async (element) => {
    for (let step = 0; step < 60; step++) {
      element.scrollTop = (element.scrollHeight * step) / 60;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames);
  console.log(`[files] a log of ${LOG_LINES} lines: longest frame ${Math.max(...frames.slice(2)).toFixed(0)} ms`);
  // The search reads on from what is shown, and finds what lies far below it and far above.
  const find = page.getByLabel("Find in this text");
  await find.fill("ROUND 301234 loss");
  await find.press("Enter");
  await text.locator("[aria-current]", { hasText: "round 301234 loss" }).waitFor();
  await inspected(page, "files-find");
  await find.fill("round 7 loss");
  await button("Find the previous").click();
  await text.locator("[aria-current]", { hasText: "round 7 loss" }).waitFor();
  await find.fill("no such words");
  await find.press("Enter");
  await seen("Not found");
  await page.getByRole("switch", { name: "At the end" }).check({ force: true });
  await page
    .locator("div", { hasText: /round \d+ loss/ })
    .last()
    .waitFor();
});

test("a picture is known by its bytes, and what is no text is a row of numbers", async () => {
  await show("look/picture.dat");
  await page.getByRole("img", { name: "picture.dat" }).waitFor();
  await seen("PNG 2 × 1 px");
  await show("look/blob.bin");
  await seen(/00 01 02 ff 4d 5a/);
  await inspected(page, "files-binary");
});

test("a folder is downloaded, and deleted after it said how much that is", async () => {
  await show("look/old/");
  const coming = page.waitForEvent("download");
  await button("Folder as zip").or(link("Folder as zip")).click();
  expect(
    readFileSync(await (await coming).path())
      .subarray(0, 2)
      .toString(),
  ).toBe("PK");

  await show("look/");
  await button("Actions of old").click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await seen("This deletes 2 objects, 8 B.");
  await inspected(page, "files-delete");
  await button("Delete 2 objects").click();
  await link("old/").waitFor({ state: "detached" });
  const left = await api<{ objects: number }>("GET", "/api/v1/files/summary?prefix=look/old/");
  expect(left.objects).toBe(0);
});

test("a job's checkpoint is a table of tensors", async () => {
  const id = await submit("files of a job", { ROUNDS: 1, EPOCHS: 1 });
  expect(await ended(id)).toBe("FINISHED");
  const { slug } = await api<{ slug: string }>("GET", `/api/v1/jobs/${id}`);
  await show(`jobs/${slug}/model_out/checkpoint.pt`);
  await seen(/tensors?, /);
  await page.getByRole("columnheader", { name: "Norm" }).waitFor();
  await inspected(page, "files-tensors");
});
