import { useEffect, useRef, useState } from "react";
import type { RangedLines } from "./rangedLines";

/** How a search stands. */
export type Found =
  | { readonly is: "idle" }
  /** `part` of the text has been looked at, 0 to 1. */
  | { readonly is: "searching"; readonly part: number }
  | { readonly is: "line"; readonly index: number }
  | { readonly is: "nothing" };

/** Looks for a text in lines that have not all been read; `look` goes on from where the last search stopped.
 *
 * @param onLine told which line holds it
 */
export function useFind(lines: RangedLines, onLine: (index: number) => void) {
  const [found, setFound] = useState<Found>({ is: "idle" });
  const running = useRef<AbortController | null>(null);
  const at = useRef(-1);
  useEffect(() => () => running.current?.abort(), []);

  async function look(text: string, step: 1 | -1) {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    if (text === "") {
      at.current = -1;
      setFound({ is: "idle" });
      return;
    }
    setFound({ is: "searching", part: 0 });
    try {
      const index = await lines.find(text, at.current, step, stop.signal, (part) =>
        setFound({ is: "searching", part }),
      );
      if (index === null) {
        setFound({ is: "nothing" });
        return;
      }
      at.current = index;
      setFound({ is: "line", index });
      onLine(index);
    } catch {
      // Another search has taken over, or the lines themselves tell why they could not be read.
      if (!stop.signal.aborted) setFound({ is: "idle" });
    }
  }
  return { found, look };
}
