import type { Worker } from "../api/types";

/** Returns a worker's device in words, such as `RTX 4090` or `CPU only`. */
export function deviceText(worker: Worker): string {
  return worker.model === "cpu" ? "CPU only" : worker.model.replaceAll("_", " ").toUpperCase();
}
