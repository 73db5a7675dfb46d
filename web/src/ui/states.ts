/** What a state looks like. */
export type Tone = "waiting" | "active" | "good" | "bad" | "muted";

export interface Shown {
  readonly words: string;
  readonly tone: Tone;
}

// Every state of jobs, rounds, assignments, workers and users: the one table of words and colours. Their names do not overlap.
const STATES: Readonly<Record<string, Shown>> = {
  PENDING: { words: "Pending", tone: "waiting" },
  RUNNING: { words: "Running", tone: "active" },
  FINISHED: { words: "Finished", tone: "good" },
  FAILED: { words: "Failed", tone: "bad" },
  CANCELLED: { words: "Cancelled", tone: "muted" },

  open: { words: "Open", tone: "active" },
  closed: { words: "Aggregating", tone: "active" },
  committed: { words: "Committed", tone: "good" },
  abandoned: { words: "Abandoned", tone: "muted" },

  offered: { words: "Offered", tone: "waiting" },
  preparing: { words: "Preparing", tone: "waiting" },
  ready: { words: "Ready", tone: "active" },
  done: { words: "Done", tone: "good" },
  lost: { words: "Lost", tone: "bad" },
  failed: { words: "Failed", tone: "bad" },
  stopped: { words: "Stopped", tone: "muted" },

  online: { words: "Online", tone: "good" },
  draining: { words: "Draining", tone: "waiting" },
  offline: { words: "Offline", tone: "muted" },
  quarantined: { words: "Quarantined", tone: "bad" },

  enabled: { words: "Enabled", tone: "good" },
  disabled: { words: "Disabled", tone: "muted" },
};

/** Returns how a state is shown; one that this table does not know is shown by its own name. */
export function shown(state: string): Shown {
  return STATES[state] ?? { words: state.replaceAll("_", " "), tone: "muted" };
}

const PHASES: Readonly<Record<string, string>> = {
  queued: "Waiting in the queue",
  preparing: "Preparing the sites",
  training: "Training",
  recovering: "Recovering a lost site",
  finalizing: "Writing the results",
  stopping: "Stopping",
};

/** Returns a job's phase in words, empty for a job without one. */
export function phaseWords(phase: string | null | undefined): string {
  return phase ? (PHASES[phase] ?? phase.replaceAll("_", " ")) : "";
}
