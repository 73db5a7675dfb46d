import { useUrlState } from "../../ui/urlState";
import { folderOf, prefixIn } from "./paths";
import { type Order, orderOf } from "./entries";

/** Where a browser of files stands, as the address of the page keeps it. */
export interface Place {
  readonly prefix: string;
  /** The key of the file that is open. */
  readonly file: string | null;
  readonly order: Order;
  readonly sort: (order: string | null) => void;
  /** The address of a folder, or of a file in it, on this page. */
  readonly to: (key: string) => string;
}

/** Reads the place from the address: `path` is a folder, or the file that is open. */
export function usePlace(root: string): Place {
  const [parameters, change] = useUrlState();
  const path = parameters.get("path");
  const file = path && path.startsWith(root) && !path.endsWith("/") ? path : null;
  return {
    prefix: file === null ? prefixIn(root, path) : folderOf(file),
    file,
    order: orderOf(parameters.get("sort")),
    sort: (order) => change({ sort: order }, true),
    to: (key) => {
      const after = new URLSearchParams(parameters);
      if (key === root) after.delete("path");
      else after.set("path", key);
      return `?${after}`;
    },
  };
}
