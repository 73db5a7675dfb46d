import type { Job } from "../../api/types";
import { Duration } from "../../ui/Duration";
import { numberText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { lessIsBetter, type Outcome, outcome, type Overlay, winner } from "./curves";
import { JobsTable, type TableRow } from "./JobsTable";
import styles from "./compare.module.css";

interface Props {
  readonly jobs: readonly Job[];
  readonly overlays: readonly Overlay[];
}

/** Each job's last and best value of each metric; the best of all is marked. */
export function OutcomeTable({ jobs, overlays }: Props) {
  const rows: TableRow[] = [
    { name: "Rounds committed", cells: jobs.map((job) => `${job.round} of ${job.rounds}`) },
    { name: "Duration", cells: jobs.map((job) => <Duration key={job.id} from={job.startedAt} to={job.endedAt} />) },
    ...overlays.map((overlay) => metricRow(jobs, overlay)),
  ];
  return (
    <Section title="Final and best metrics" flush>
      <JobsTable label="Final and best metrics" jobs={jobs} rows={rows} />
    </Section>
  );
}

function metricRow(jobs: readonly Job[], { name, x, curves }: Overlay): TableRow {
  const less = lessIsBetter(name, jobs);
  const outcomes = curves.map((values) => outcome(x, values, less));
  const best = winner(outcomes, less);
  return { name, cells: outcomes.map((each, at) => <Values key={at} outcome={each} best={at === best} />) };
}

function Values({ outcome, best }: { readonly outcome: Outcome | null; readonly best: boolean }) {
  if (!outcome) return <span aria-label="no value">–</span>;
  return (
    <>
      {numberText(outcome.final)}
      <small className={best ? styles["best"] : styles["other"]}>
        best {numberText(outcome.best)} in round {outcome.bestRound}
        {best && " ★"}
      </small>
    </>
  );
}
