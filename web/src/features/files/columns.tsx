import { Anchor, VisuallyHidden } from "@mantine/core";
import { Link } from "react-router";
import { Ago } from "../../ui/Ago";
import { Bytes } from "../../ui/Bytes";
import type { Column } from "../../ui/DataTable";
import { FileIcon, FilesIcon } from "../../ui/icons";
import { type Entry, nextOrder, type SortBy } from "./entries";
import { EntryMenu } from "./EntryMenu";
import styles from "./files.module.css";
import type { Place } from "./place";

/** Returns the columns of a folder. */
export function fileColumns(place: Place, onDelete: (entry: Entry) => void): readonly Column<Entry>[] {
  const sortable = (by: SortBy, words: string) => ({
    sorted: place.order.by === by ? (place.order.down ? ("descending" as const) : ("ascending" as const)) : undefined,
    header: (
      <button type="button" className={styles["sort"]} onClick={() => place.sort(nextOrder(place.order, by))}>
        {words}
        {place.order.by === by && <span aria-hidden>{place.order.down ? " ↓" : " ↑"}</span>}
      </button>
    ),
  });
  return [
    { key: "name", ...sortable("name", "Name"), cell: (entry) => <Name entry={entry} to={place.to(entry.key)} /> },
    {
      key: "size",
      ...sortable("size", "Size"),
      width: "90px",
      align: "end",
      cell: (entry) => (entry.sizeBytes === null ? <span aria-hidden>–</span> : <Bytes bytes={entry.sizeBytes} />),
    },
    {
      key: "changed",
      ...sortable("changed", "Changed"),
      width: "130px",
      from: "medium",
      cell: (entry) => (entry.modifiedAt ? <Ago time={entry.modifiedAt} /> : <span aria-hidden>–</span>),
    },
    {
      key: "actions",
      header: <VisuallyHidden>Actions</VisuallyHidden>,
      width: "56px",
      align: "end",
      cell: (entry) => <EntryMenu entry={entry} onDelete={() => onDelete(entry)} />,
    },
  ];
}

function Name({ entry, to }: { readonly entry: Entry; readonly to: string }) {
  return (
    <div className={styles["name"]}>
      {entry.folder ? <FilesIcon /> : <FileIcon />}
      <Anchor component={Link} to={to} className="r-clip" title={entry.name} fw={entry.folder ? 600 : 400}>
        {entry.name === "" ? "(no name)" : entry.name + (entry.folder ? "/" : "")}
      </Anchor>
    </div>
  );
}
