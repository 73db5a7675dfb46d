import { useSyncExternalStore } from "react";

// Whether the server answers. Every call reports here; one banner shows it.
let lost = false;
const listeners = new Set<() => void>();

/** Says that a call got an answer, or got none. */
export function reportConnection(answered: boolean): void {
  if (lost === !answered) return;
  lost = !answered;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns whether the last call got no answer. */
export function useServerLost(): boolean {
  return useSyncExternalStore(subscribe, () => lost);
}
