import type { LogLine } from "../../api/types";
import { plain } from "../../ui/ansi";

export const LEVELS = ["debug", "info", "warning", "error"] as const;

/** Which lines of a log are shown. */
export interface LogFilter {
  /** A site, `server` for the server's own lines, or empty for all. */
  readonly site: string;
  /** The least level, empty for all. */
  readonly level: string;
  /** Part of the message, whatever its case. */
  readonly text: string;
}

/** Reads a filter from the page's address. */
export function logFilter(parameters: URLSearchParams): LogFilter {
  const level = parameters.get("level") ?? "";
  return {
    site: parameters.get("site") ?? "",
    level: LEVELS.some((each) => each === level) ? level : "",
    text: parameters.get("q") ?? "",
  };
}

/** Returns the lines that a filter lets through, in their order. */
export function filtered(lines: readonly LogLine[], filter: LogFilter): readonly LogLine[] {
  const least = LEVELS.findIndex((level) => level === filter.level);
  const text = filter.text.toLowerCase();
  if (!filter.site && least <= 0 && !text) return lines.slice();
  return lines.filter(
    (line) =>
      (!filter.site || (line.site ?? "server") === filter.site) &&
      (least <= 0 || rank(line.level) >= least) &&
      (!text || plain(line.message).toLowerCase().includes(text)),
  );
}

function rank(level: string): number {
  return LEVELS.findIndex((each) => each === level);
}

/** Returns lines as the text of a file. */
export function logFile(lines: readonly LogLine[]): string {
  return lines
    .map((line) => `${line.time} ${line.site ?? "server"} ${line.level} ${line.round ?? "-"} ${plain(line.message)}\n`)
    .join("");
}
