import type { JobState } from "../../api/types";

export const PAGE_SIZE = 50;
export const STATES: readonly JobState[] = ["PENDING", "RUNNING", "FINISHED", "FAILED", "CANCELLED"];

/** What of the list is shown, as the address of the page keeps it. */
export interface ListState {
  readonly state: JobState | null;
  readonly search: string;
  /** From 1. */
  readonly page: number;
  readonly everybody: boolean;
}

/** Reads it from the address; what makes no sense there counts as not given. */
export function listState(parameters: URLSearchParams): ListState {
  const state = parameters.get("state")?.toUpperCase();
  const page = Number(parameters.get("page"));
  return {
    state: STATES.find((each) => each === state) ?? null,
    search: parameters.get("q") ?? "",
    page: Number.isInteger(page) && page >= 1 && page <= 1e6 ? page : 1,
    everybody: parameters.get("all") === "true",
  };
}
