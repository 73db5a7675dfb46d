import { useMemo } from "react";
import { type Column, DataTable } from "../../../ui/DataTable";
import { Empty } from "../../../ui/Empty";
import { count } from "../../../ui/format";
import { parseCsv } from "./csv";
import styles from "./viewer.module.css";

const MAX_ROWS = 100_000;
const MAX_COLUMNS = 200;

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

/** Separated values as a table; the first row names the columns. */
export function CsvView({ text, tabs }: { readonly text: string; readonly tabs: boolean }) {
  const all = useMemo(() => parseCsv(text, tabs ? "\t" : ",", MAX_ROWS + 1), [text, tabs]);
  const [head = [], ...rest] = all;
  const rows = useMemo(() => rest.map((cells, at) => ({ number: at + 1, cells })), [all]); // eslint-disable-line react-hooks/exhaustive-deps -- rest is of all
  const columns: readonly Column<Row>[] = [
    { key: "number", header: "#", width: "76px", align: "end", cell: (row) => row.number.toLocaleString("en") },
    ...head.slice(0, MAX_COLUMNS).map((name, at) => ({
      key: String(at),
      header: <span title={name}>{name}</span>,
      width: "150px",
      cell: (row: Row) => <span title={row.cells[at]}>{row.cells[at]}</span>,
    })),
  ];
  return (
    <>
      <div className={styles["bar"]}>
        <span role="status">
          {rows.length >= MAX_ROWS ? "the first " : ""}
          {count(rows.length, "row")}, {count(head.length, "column")}
          {head.length > MAX_COLUMNS ? `, of which ${MAX_COLUMNS} are shown` : ""}
        </span>
      </div>
      <DataTable
        label="rows"
        columns={columns}
        rows={rows}
        rowKey={(row) => String(row.number)}
        height="max(320px, calc(100dvh - 300px))"
        empty={<Empty title="No rows">{head.length > 0 ? `Columns: ${head.join(", ")}` : "The file is empty."}</Empty>}
      />
    </>
  );
}
