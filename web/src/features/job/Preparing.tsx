import type { Assignment, Job } from "../../api/types";
import { DataTable, type Column } from "../../ui/DataTable";
import { Ago } from "../../ui/Ago";
import { Section } from "../../ui/Section";
import { StateChip } from "../../ui/StateChip";
import { Empty } from "../../ui/Empty";
import { useAssignments } from "./api";

const COLUMNS: readonly Column<Assignment>[] = [
  { key: "site", header: "Site", width: "90px", cell: (each) => each.site },
  { key: "state", header: "State", width: "130px", cell: (each) => <StateChip state={each.state} /> },
  { key: "worker", header: "Worker", cell: (each) => <span className="r-clip">{each.workerName}</span> },
  { key: "seen", header: "Last seen", width: "110px", from: "medium", cell: (each) => <Ago time={each.lastSeenAt} /> },
];

/** One line a site while machines fetch data and build their environments. */
export function Preparing({ job }: { readonly job: Job }) {
  const assignments = useAssignments(job.id);
  return (
    <Section title="Sites getting ready" flush>
      <DataTable
        label="sites"
        columns={COLUMNS}
        rows={assignments.data?.filter((each) => !["lost", "failed", "stopped"].includes(each.state))}
        rowKey={(each) => each.id}
        error={assignments.error}
        onRetry={() => void assignments.refetch()}
        empty={<Empty title="No site has a worker yet" />}
        height="320px"
      />
    </Section>
  );
}
