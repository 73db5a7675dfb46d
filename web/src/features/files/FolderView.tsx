import { useCallback, useEffect, useMemo, useState } from "react";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { count } from "../../ui/format";
import { useListing } from "./api";
import { fileColumns } from "./columns";
import { DeleteDialog } from "./DeleteDialog";
import { entries, type Entry } from "./entries";
import type { Place } from "./place";
import styles from "./files.module.css";

interface Props {
  readonly place: Place;
  readonly height?: string;
}

/** What a folder holds. */
export function FolderView({ place, height = "max(320px, calc(100dvh - 260px))" }: Props) {
  const listing = useListing(place.prefix);
  const [doomed, setDoomed] = useState<Entry | null>(null);
  const { hasNextPage, isFetching, fetchNextPage } = listing;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  // The server's order is by bytes of the name: any other needs the whole folder first.
  const whole = place.order.by !== "name" || place.order.down;
  const { by, down } = place.order;
  const pages = listing.data?.pages;
  // A page may come so soon that nothing else changes between the asking and the answer.
  useEffect(() => {
    if (whole) more();
  }, [whole, more, pages]);
  const rows = useMemo(() => (pages ? entries(pages, { by, down }) : undefined), [pages, by, down]);
  return (
    <>
      <DataTable
        label="files"
        columns={fileColumns(place, setDoomed)}
        rows={rows}
        rowKey={(entry) => entry.key}
        error={listing.error}
        onRetry={() => void listing.refetch()}
        height={height}
        onEnd={more}
        empty={<Empty title="Nothing here yet">Drop files or a folder here, or use Upload above.</Empty>}
      />
      {rows && rows.length > 0 && (
        <div className={styles["count"]} role="status">
          {count(rows.length, "entry", "entries")}
          {hasNextPage && " so far; scroll for more"}
        </div>
      )}
      {doomed && <DeleteDialog entry={doomed} onClose={() => setDoomed(null)} />}
    </>
  );
}
