import { Anchor, CloseButton } from "@mantine/core";
import { Link } from "react-router";
import type { Job } from "../../api/types";
import { StateChip } from "../../ui/StateChip";
import { Mark } from "./Mark";
import styles from "./compare.module.css";

interface Props {
  readonly jobs: readonly Job[];
  readonly onRemove: (id: string) => void;
}

/** Which jobs are compared, and in which colour. */
export function JobLegend({ jobs, onRemove }: Props) {
  return (
    <ul className={styles["legend"]} aria-label="Compared jobs">
      {jobs.map((job, at) => (
        <li key={job.id} className="r-card">
          <Mark place={at} />
          <Anchor component={Link} to={`/dashboard/jobs/${job.id}`} fw={600} className="r-clip" title={job.name}>
            {job.name}
          </Anchor>
          <StateChip state={job.state} />
          <CloseButton size="sm" onClick={() => onRemove(job.id)} aria-label={`Leave out ${job.name}`} />
        </li>
      ))}
    </ul>
  );
}
