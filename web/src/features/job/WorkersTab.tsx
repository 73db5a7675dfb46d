import type { Assignment, Job } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { ErrorBox } from "../../ui/ErrorBox";
import { Loading } from "../../ui/Loading";
import { useAssignments, useRounds } from "./api";
import { SiteCard } from "./SiteCard";
import styles from "./WorkersTab.module.css";

/** One card a site: who trains it, on what, how fast. */
export function WorkersTab({ job }: { readonly job: Job }) {
  const assignments = useAssignments(job.id);
  const rounds = useRounds(job.id);
  if (assignments.error && !assignments.data) {
    return <ErrorBox error={assignments.error} onRetry={() => void assignments.refetch()} />;
  }
  if (!assignments.data) return <Loading lines={6} />;
  const sites = bySite(assignments.data);
  if (sites.length === 0) return <Empty title="No worker has taken a site yet">{job.phaseDetail}</Empty>;
  return (
    <div className={styles["grid"]}>
      {sites.map(([site, attempts]) => (
        <SiteCard key={site} job={job} attempts={attempts} rounds={rounds.data ?? []} />
      ))}
    </div>
  );
}

/** Groups assignments by shard, the latest attempt last. */
function bySite(assignments: readonly Assignment[]): readonly (readonly [string, readonly Assignment[]])[] {
  const sorted = [...assignments].sort((a, b) => a.shard - b.shard || a.attempt - b.attempt);
  const sites = new Map<string, Assignment[]>();
  for (const each of sorted) sites.set(each.site, [...(sites.get(each.site) ?? []), each]);
  return [...sites];
}
