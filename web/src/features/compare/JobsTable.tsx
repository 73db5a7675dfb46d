import type { ReactNode } from "react";
import type { Job } from "../../api/types";
import { Mark } from "./Mark";
import styles from "./compare.module.css";

export interface TableRow {
  readonly name: string;
  /** One of each job. */
  readonly cells: readonly ReactNode[];
}

interface Props {
  readonly label: string;
  readonly jobs: readonly Job[];
  readonly rows: readonly TableRow[];
}

/** A table with one column a job. */
export function JobsTable({ label, jobs, rows }: Props) {
  return (
    <div className={styles["scroll"]} tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table className={styles["table"]} aria-label={label}>
        <thead>
          <tr>
            <td />
            {jobs.map((job, at) => (
              <th key={job.id} scope="col" title={job.name}>
                <Mark place={at} />
                {job.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.cells.map((cell, at) => (
                <td key={jobs[at]?.id ?? at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
