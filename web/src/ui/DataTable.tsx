import { VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, type ReactNode, useEffect, useRef } from "react";
import styles from "./DataTable.module.css";
import { ErrorBox } from "./ErrorBox";
import { Loading } from "./Loading";

export interface Column<T> {
  readonly key: string;
  readonly header: ReactNode;
  /** Whether the header is for screen readers alone, as above a button in each row. */
  readonly quiet?: boolean;
  /** How the rows are ordered by it, if they are. */
  readonly sorted?: "ascending" | "descending" | undefined;
  readonly cell: (row: T) => ReactNode;
  /** Of the column, such as `120px`; what is left is shared among the others. */
  readonly width?: string;
  readonly align?: "start" | "end";
  /** On which screens it is shown: all, from 760 px, from 1100 px. */
  readonly from?: "narrow" | "medium" | "wide";
}

interface Props<T> {
  /** What the list holds, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** Undefined while they are on their way. */
  readonly rows: readonly T[] | undefined;
  readonly rowKey: (row: T) => string;
  readonly error?: unknown;
  readonly onRetry?: () => void;
  /** Shown instead of a table without rows. */
  readonly empty: ReactNode;
  readonly height?: string;
  /** Whether each row is one line high. */
  readonly dense?: boolean;
  /** Called when the last rows come into sight: there may be more to load. */
  readonly onEnd?: (() => void) | undefined;
}

const ROW_PX = 53;
const DENSE_ROW_PX = 37;

/** A list as a table, in its loading, error, empty and long forms: only the rows in sight are in the page. */
export function DataTable<T>(props: Props<T>) {
  if (props.error && !props.rows) return <ErrorBox error={props.error} onRetry={props.onRetry} />;
  if (!props.rows) return <Loading lines={6} what={`Loading ${props.label}`} />;
  if (props.rows.length === 0) return <>{props.empty}</>;
  return <Rows {...props} rows={props.rows} />;
}

function Rows<T>(props: Props<T> & { rows: readonly T[] }) {
  const { label, columns, rows, rowKey, height = "calc(100dvh - 240px)", dense = false, onEnd } = props;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => (dense ? DENSE_ROW_PX : ROW_PX),
    overscan: 12,
    initialRect: { width: 1000, height: 800 },
  });
  const items = virtual.getVirtualItems();
  const atEnd = (items[items.length - 1]?.index ?? 0) >= rows.length - 1;
  useEffect(() => {
    if (atEnd) onEnd?.();
  }, [atEnd, onEnd, rows.length]);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items[items.length - 1]?.end ?? 0);
  return (
    <div
      ref={frame}
      className={styles["frame"]}
      style={{ "--table-height": height } as CSSProperties}
      tabIndex={0}
      role="region"
      aria-label={`Table of ${label}`}
    >
      <table
        className={`${styles["table"]} ${dense ? styles["dense"] : ""}`}
        aria-label={label}
        aria-rowcount={rows.length + 1}
      >
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classes(column)}
                style={{ width: column.width }}
                aria-sort={column.sorted}
              >
                {column.quiet ? <VisuallyHidden>{column.header}</VisuallyHidden> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer px={before} />
          {items.map((item) => {
            const row = rows[item.index] as T;
            return <Row key={rowKey(row)} row={row} columns={columns} index={item.index} />;
          })}
          <Spacer px={after} />
        </tbody>
      </table>
    </div>
  );
}

interface RowProps<T> {
  readonly row: T;
  readonly columns: readonly Column<T>[];
  readonly index: number;
}

// Scrolling changes which rows are in the page, none of those that stay.
const Row = memo(function Row<T>({ row, columns, index }: RowProps<T>) {
  return (
    <tr className={styles["row"]} aria-rowindex={index + 2}>
      {columns.map((column) => (
        <td key={column.key} className={classes(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <T>(props: RowProps<T>) => ReactNode;

function Spacer({ px }: { readonly px: number }) {
  return px > 0 ? <tr aria-hidden style={{ height: px }} /> : null;
}

function classes<T>(column: Column<T>): string {
  const from = column.from && column.from !== "narrow" ? styles[column.from] : "";
  return `${column.align === "end" ? styles["end"] : ""} ${from}`;
}
