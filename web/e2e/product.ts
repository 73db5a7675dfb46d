import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** What credentials.env of the running product says. */
    readonly credentials: Readonly<Record<string, string>>;
  }
}

const LAUNCHER = join(import.meta.dirname, "../../dist/roundelay/bin/roundelay");
const READY_MS = 180_000;
const STOP_MS = 60_000;

/** Starts server and three workers on free ports before the first test, and ends them after the last.
 * ROUNDELAY_E2E_DATA names the data folder of a product that runs already, which is then used and left alone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env["ROUNDELAY_E2E_DATA"];
  if (running) {
    project.provide("credentials", credentials(running));
    return () => Promise.resolve();
  }
  const data = mkdtempSync(join(tmpdir(), "roundelay-pages-"));
  const up = spawn(LAUNCHER, arguments_(data), { stdio: ["pipe", "pipe", "inherit"] });
  await ready(up);
  project.provide("credentials", credentials(data));
  return async () => {
    await end(up);
    rmSync(data, { recursive: true, force: true });
  };
}

function arguments_(data: string): readonly string[] {
  const python = process.env["ROUNDELAY_PYTHON"];
  const fixed = ["up", "--data-dir", data, "--port", "0", "--s3-port", "0", "--workers", "3"];
  return python ? [...fixed, "--python", python] : fixed;
}

function ready(up: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => {
      up.kill("SIGKILL");
      reject(new Error(`not ready after ${READY_MS / 1000} s`));
    }, READY_MS);
    up.once("error", () => reject(new Error(`${LAUNCHER} cannot be started; run \`make build\` first`)));
    up.once("exit", (code) => reject(new Error(`up ended with ${code}; its words are above`)));
    up.stdout?.once("data", () => {
      clearTimeout(patience);
      up.removeAllListeners("exit");
      resolve();
    });
  });
}

function end(up: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => up.kill("SIGKILL"), STOP_MS);
    up.once("exit", () => {
      clearTimeout(patience);
      resolve();
    });
    up.kill("SIGTERM");
  });
}

function credentials(data: string): Record<string, string> {
  const lines = readFileSync(join(data, "credentials.env"), "utf8").split("\n");
  return Object.fromEntries(
    lines
      .filter((line) => /^[A-Z0-9_]+=/.test(line))
      .map((line) => [line.split("=", 1)[0] ?? "", line.replace(/^[^=]*=/, "")]),
  );
}
