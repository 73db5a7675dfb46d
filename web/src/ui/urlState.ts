import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type UrlChange = Readonly<Record<string, string | number | null>>;

/** Reads and changes the query of the page's address, so that a reload, a link and the back button keep a list's place.
 * A null or empty value leaves the address. */
export function useUrlState(): readonly [URLSearchParams, (change: UrlChange, replace?: boolean) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (wish: UrlChange, replace = false) => {
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(wish)) {
            if (value === null || value === "") after.delete(name);
            else after.set(name, String(value));
          }
          return after;
        },
        { replace },
      );
    },
    [setParameters],
  );
  return [parameters, change];
}
