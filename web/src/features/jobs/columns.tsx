import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Job } from "../../api/types";
import { Ago } from "../../ui/Ago";
import type { Column } from "../../ui/DataTable";
import { Duration } from "../../ui/Duration";
import { count, numberText } from "../../ui/format";
import { RoundBar } from "../../ui/RoundBar";
import { Sparkline } from "../../ui/Sparkline";
import { reasonWords } from "../../ui/reasons";
import { StateChip } from "../../ui/StateChip";
import { phaseWords, shown } from "../../ui/states";
import type { Curve } from "./api";
import styles from "./columns.module.css";

/** Returns the columns of the list of jobs. */
export function jobColumns(curves: ReadonlyMap<string, Curve>, everybody: boolean): readonly Column<Job>[] {
  const owner: Column<Job> = {
    key: "owner",
    header: "Owner",
    width: "150px",
    from: "medium",
    cell: (job) => <span title={job.owner}>{job.owner}</span>,
  };
  return [
    { key: "name", header: "Name", cell: (job) => <Name job={job} /> },
    { key: "state", header: "State", width: "min(210px, 38vw)", cell: (job) => <State job={job} /> },
    {
      key: "rounds",
      header: "Rounds",
      width: "140px",
      from: "medium",
      cell: (job) => <RoundBar done={job.round} all={job.rounds} tone={shown(job.state).tone} />,
    },
    {
      key: "metric",
      header: "Metric",
      width: "190px",
      from: "wide",
      cell: (job) => <Metric curve={curves.get(job.id)} />,
    },
    { key: "sites", header: "Workers", width: "84px", from: "wide", cell: (job) => count(job.shards, "site") },
    {
      key: "duration",
      header: "Duration",
      width: "100px",
      from: "medium",
      cell: (job) => <Duration from={job.startedAt} to={job.endedAt} />,
    },
    { key: "created", header: "Submitted", width: "100px", from: "wide", cell: (job) => <Ago time={job.createdAt} /> },
    ...(everybody ? [owner] : []),
  ];
}

function Name({ job }: { readonly job: Job }) {
  return (
    <div className={styles["name"]}>
      <Anchor component={Link} to={`/dashboard/jobs/${job.id}`} fw={600} className="r-clip" title={job.name}>
        {job.name}
      </Anchor>
      <Text size="xs" c="dimmed" className="r-clip">
        {job.tags.length > 0 ? job.tags.join(", ") : job.id}
      </Text>
    </div>
  );
}

function State({ job }: { readonly job: Job }) {
  const failed = job.failure ? reasonWords(job.failure.reason) : null;
  // Where the column of rounds has no room, this says how far the job is.
  const words = job.cancelRequested && job.state === "RUNNING" ? "Stopping" : (failed ?? phaseWords(job.phase));
  return (
    <div className={styles["name"]}>
      <span>
        <StateChip state={job.state} />
      </span>
      {words && (
        <Text size="xs" c="dimmed" className="r-clip" title={failed ?? job.phaseDetail ?? undefined}>
          {words}
          {job.round > 0 && (
            <span className={styles["narrow"]}>
              {" "}
              · {job.round} / {job.rounds}
            </span>
          )}
        </Text>
      )}
    </div>
  );
}

function Metric({ curve }: { readonly curve: Curve | undefined }) {
  const last = curve?.values[curve.values.length - 1];
  if (!curve || last === undefined) return <span aria-label="none yet">–</span>;
  return (
    <div className={styles["metric"]}>
      <Sparkline values={curve.values} label={`${curve.name} over ${count(curve.values.length, "round")}`} />
      <div className={styles["name"]}>
        <span className="r-numbers">{numberText(last)}</span>
        <Text size="xs" c="dimmed" className="r-clip" title={curve.name}>
          {curve.name}
        </Text>
      </div>
    </div>
  );
}
