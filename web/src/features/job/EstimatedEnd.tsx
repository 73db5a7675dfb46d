import type { Job } from "../../api/types";
import { useNow } from "../../ui/clock";
import { durationText, exactText } from "../../ui/format";
import { useRounds } from "./api";
import { remainingSeconds } from "./estimate";

/** Says in how long the job will be done, by the pace of its latest rounds. */
export function EstimatedEnd({ job }: { readonly job: Job }) {
  const now = useNow();
  const rounds = useRounds(job.id).data ?? [];
  const seconds = remainingSeconds(rounds, job.rounds, now.getTime());
  if (seconds === null) return <span title="Known after the first round">after round 1</span>;
  return (
    <span className="r-numbers" title={exactText(new Date(now.getTime() + seconds * 1000))}>
      in {durationText(Math.max(1, Math.round(seconds)))}
    </span>
  );
}
