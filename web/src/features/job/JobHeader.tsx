import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Job } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { Duration } from "../../ui/Duration";
import { count } from "../../ui/format";
import { LiveMark } from "../../ui/LiveMark";
import { RoundBar } from "../../ui/RoundBar";
import { StateChip } from "../../ui/StateChip";
import { phaseWords, shown } from "../../ui/states";
import { isLive } from "./api";
import { EstimatedEnd } from "./EstimatedEnd";
import { JobActions } from "./JobActions";
import styles from "./JobHeader.module.css";
import { MainMetric } from "./MainMetric";
import { useFeed } from "./useFeed";

/** What one wants to know first: how the job stands, how far it is, when it ends, and what can be done. */
export function JobHeader({ job }: { readonly job: Job }) {
  const { feed } = useFeed();
  return (
    <header className={`r-card ${styles["card"]}`}>
      <div className={styles["top"]}>
        <div className={styles["name"]}>
          <Title order={1} className="r-wrap">
            {job.name}
          </Title>
          <StateChip state={job.state} />
          {isLive(job) && <LiveMark state={feed.state} />}
        </div>
        <JobActions job={job} />
      </div>
      <Text size="sm" fw={600} className="r-wrap">
        <Phase job={job} />
      </Text>
      <Text c="dimmed" size="xs" className="r-wrap">
        {count(job.shards, "site")} · submitted <Ago time={job.createdAt} /> by {job.owner} · {job.id}
        {job.tags.length > 0 && ` · ${job.tags.join(", ")}`}
      </Text>
      {job.note && (
        <Text size="sm" className={`r-wrap ${styles["note"]}`}>
          {job.note}
        </Text>
      )}
      <dl className={styles["facts"]}>
        <Fact label={isLive(job) ? `Round ${Math.min(job.round + 1, job.rounds)} of ${job.rounds}` : "Rounds"} wide>
          <RoundBar done={job.round} all={job.rounds} tone={shown(job.state).tone} />
        </Fact>
        <MainMetric job={job} />
        <Fact label={job.endedAt ? "Took" : "Elapsed"}>
          <Duration from={job.startedAt ?? (job.endedAt ? job.createdAt : null)} to={job.endedAt} />
        </Fact>
        {isLive(job) ? (
          <Fact label="Estimated end">
            <EstimatedEnd job={job} />
          </Fact>
        ) : (
          <Fact label="Ended">
            <Ago time={job.endedAt} />
          </Fact>
        )}
      </dl>
    </header>
  );
}

function Phase({ job }: { readonly job: Job }) {
  if (job.cancelRequested && isLive(job)) return <>Stopping: the sites end what they are doing.</>;
  const place = job.queuePosition ? `Place ${job.queuePosition} in the queue` : phaseWords(job.phase);
  return isLive(job) ? <>{[place, job.phaseDetail].filter(Boolean).join(" · ")}</> : null;
}

export function Fact(props: { readonly label: string; readonly wide?: boolean; readonly children: ReactNode }) {
  return (
    <div className={props.wide ? styles["wide"] : undefined}>
      <dt>{props.label}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
