import type { FileListing } from "../../api/types";
import { nameOf } from "./paths";

/** A row of a folder. */
export interface Entry {
  /** A folder's ends with a slash. */
  readonly key: string;
  readonly name: string;
  readonly folder: boolean;
  readonly sizeBytes: number | null;
  readonly modifiedAt: string | null;
}

export type SortBy = "name" | "size" | "changed";

export interface Order {
  readonly by: SortBy;
  readonly down: boolean;
}

const natural = new Intl.Collator("en", { numeric: true });

/** Returns the rows of a folder: folders first, each kind in order. */
export function entries(pages: readonly FileListing[], order: Order): readonly Entry[] {
  const folders = pages.flatMap((page) => page.folders).map(folderEntry);
  const files = pages.flatMap((page) =>
    page.items
      // The marker object that some programs leave for an empty folder.
      .filter((item) => item.key !== page.prefix)
      .map((item) => ({
        key: item.key,
        name: nameOf(item.key),
        folder: false,
        sizeBytes: item.sizeBytes,
        modifiedAt: item.modifiedAt,
      })),
  );
  return [...folders.sort(comparing(order)), ...files.sort(comparing(order))];
}

function folderEntry(prefix: string): Entry {
  return { key: prefix, name: nameOf(prefix), folder: true, sizeBytes: null, modifiedAt: null };
}

function comparing({ by, down }: Order): (a: Entry, b: Entry) => number {
  const sign = down ? -1 : 1;
  return (a, b) => {
    if (by === "size" && a.sizeBytes !== b.sizeBytes) return sign * ((a.sizeBytes ?? 0) - (b.sizeBytes ?? 0));
    if (by === "changed" && a.modifiedAt !== b.modifiedAt)
      return sign * ((a.modifiedAt ?? "") < (b.modifiedAt ?? "") ? -1 : 1);
    return (by === "name" ? sign : 1) * natural.compare(a.name, b.name);
  };
}

/** Reads an order such as `-size` from the address of a page. */
export function orderOf(text: string | null): Order {
  const by = (["name", "size", "changed"] as const).find((each) => text === each || text === `-${each}`) ?? "name";
  return { by, down: text?.startsWith("-") ?? false };
}

/** Returns how the address keeps the order that one more click on a column asks for; null for the usual one. */
export function nextOrder(now: Order, by: SortBy): string | null {
  const down = now.by === by ? !now.down : by !== "name";
  return by === "name" && !down ? null : (down ? "-" : "") + by;
}
