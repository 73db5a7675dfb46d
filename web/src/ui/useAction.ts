import { useState } from "react";

export interface Action {
  readonly busy: boolean;
  /** What the last try ended with, null if it went well. */
  readonly error: unknown;
  /** Does it, and says whether it went well. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** Keeps how something that a person asked for is going. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setBusy(false);
    }
  }

  return { busy, error, run };
}
