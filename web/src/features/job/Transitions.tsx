import type { Job, TimelineEntry } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { ErrorBox } from "../../ui/ErrorBox";
import { durationText } from "../../ui/format";
import { Loading } from "../../ui/Loading";
import { StateChip } from "../../ui/StateChip";
import { phaseWords } from "../../ui/states";
import { useTimeline } from "./api";
import styles from "./Transitions.module.css";

/** The states that a job went through, with the time it stayed in each. */
export function Transitions({ job }: { readonly job: Job }) {
  const timeline = useTimeline(job.id);
  if (timeline.error && !timeline.data) {
    return <ErrorBox error={timeline.error} onRetry={() => void timeline.refetch()} />;
  }
  if (!timeline.data) return <Loading />;
  return (
    <ol className={styles["list"]}>
      {timeline.data.map((entry, at) => (
        <li key={`${entry.time} ${at}`}>
          <span className={styles["state"]}>
            <StateChip state={entry.to} />
          </span>
          <span className={styles["what"]}>
            {phaseWords(entry.phase) || entry.reason?.replaceAll("_", " ") || "Ended"}
            <small>
              {[
                phaseWords(entry.phase) ? entry.reason?.replaceAll("_", " ") : null,
                `by ${entry.actor.startsWith("usr_") ? (at === 0 ? job.owner : "a user") : entry.actor}`,
              ]
                .filter(Boolean)
                .join(" · ")}
            </small>
          </span>
          <span className={styles["time"]}>
            <Ago time={entry.time} />
            <small className="r-numbers">{stay(entry, timeline.data[at + 1])}</small>
          </span>
        </li>
      ))}
    </ol>
  );
}

function stay(entry: TimelineEntry, next: TimelineEntry | undefined): string {
  if (!next) return "";
  return `for ${durationText((new Date(next.time).getTime() - new Date(entry.time).getTime()) / 1000)}`;
}
