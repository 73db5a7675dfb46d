import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { Job } from "../../api/types";
import { useNow } from "../../ui/clock";
import { Empty } from "../../ui/Empty";
import { ErrorBox } from "../../ui/ErrorBox";
import { count, durationText } from "../../ui/format";
import { Loading } from "../../ui/Loading";
import { Section } from "../../ui/Section";
import { isLive, useRounds } from "./api";
import { type Bar, type Gantt, gantt, type Step } from "./gantt";
import styles from "./RoundGantt.module.css";

const LATEST = 10;
const STEPS: readonly (readonly [Step, string])[] = [
  ["broadcast", "Model to site"],
  ["training", "Training"],
  ["return", "Update to server"],
  ["aggregation", "Aggregation and commit"],
];

/** When each site trained and when the server waited, averaged and committed: where the time goes. */
export function RoundGantt({ job }: { readonly job: Job }) {
  const [all, setAll] = useState(false);
  const rounds = useRounds(job.id);
  const now = useNow().getTime();
  const shown = all ? rounds.data : rounds.data?.slice(-LATEST);
  const plan = gantt(shown ?? [], job.shards, now);
  const many = (rounds.data?.length ?? 0) > LATEST;
  return (
    <Section
      title="Rounds over time"
      actions={
        many && (
          <SegmentedControl
            size="xs"
            aria-label="Which rounds"
            value={all ? "all" : "latest"}
            onChange={(value) => setAll(value === "all")}
            data={[
              { value: "latest", label: `Latest ${LATEST}` },
              { value: "all", label: "All" },
            ]}
          />
        )
      }
    >
      {rounds.error && !rounds.data && <ErrorBox error={rounds.error} onRetry={() => void rounds.refetch()} />}
      {rounds.isPending && <Loading lines={job.shards + 1} />}
      {rounds.data && !plan && (
        <Empty title={isLive(job) ? "No round has begun yet" : "The job ended before its first round"} />
      )}
      {plan && <Chart plan={plan} rounds={shown?.length ?? 0} />}
    </Section>
  );
}

function Chart({ plan, rounds }: { readonly plan: Gantt; readonly rounds: number }) {
  const span = plan.to - plan.from;
  return (
    <figure className={styles["chart"]}>
      <div
        role="img"
        aria-label={`${count(rounds, "round")} over ${durationText(span / 1000)}; the table below tells each round's times`}
      >
        {plan.lanes.map((lane) => (
          <div key={lane.name} className={styles["lane"]}>
            <span className={styles["name"]}>{lane.name}</span>
            <div className={styles["track"]}>
              {lane.bars.map((bar) => (
                <BarBox key={`${bar.round} ${bar.step}`} bar={bar} plan={plan} />
              ))}
            </div>
          </div>
        ))}
        <div className={styles["lane"]}>
          <span className={styles["name"]} />
          <div className={styles["axis"]}>
            {[0, 0.25, 0.5, 0.75, 1].map((part) => (
              <span key={part}>{durationText((span * part) / 1000)}</span>
            ))}
          </div>
        </div>
      </div>
      <figcaption className={styles["legend"]}>
        {STEPS.map(([step, words]) => (
          <span key={step}>
            <i className={styles[step]} aria-hidden />
            {words}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function BarBox({ bar, plan }: { readonly bar: Bar; readonly plan: Gantt }) {
  const span = plan.to - plan.from;
  const width = (100 * (bar.to - bar.from)) / span;
  const words = STEPS.find(([step]) => step === bar.step)?.[1] ?? bar.step;
  return (
    <div
      className={`${styles["bar"]} ${styles[bar.step]} ${bar.open ? styles["open"] : ""}`}
      style={{ left: `${(100 * (bar.from - plan.from)) / span}%`, width: `${width}%` }}
      title={`Round ${bar.round + 1}: ${words}, ${durationText((bar.to - bar.from) / 1000)}`}
    >
      {width > 4 && bar.step === "training" ? bar.round + 1 : ""}
    </div>
  );
}
