import { Checkbox } from "@mantine/core";
import type { Job } from "../../api/types";
import type { Column } from "../../ui/DataTable";

/** As many as the API compares at once. */
const MOST = 20;

/** Returns the column in which jobs are chosen. */
export function choiceColumn(
  chosen: ReadonlySet<string>,
  onChange: (chosen: ReadonlySet<string>) => void,
): Column<Job> {
  return {
    key: "choice",
    header: "Chosen",
    quiet: true,
    width: "44px",
    cell: (job) => (
      <Checkbox
        size="xs"
        aria-label={`Choose ${job.name}`}
        checked={chosen.has(job.id)}
        disabled={!chosen.has(job.id) && chosen.size >= MOST}
        onChange={(event) => onChange(changed(chosen, job.id, event.currentTarget.checked))}
      />
    ),
  };
}

function changed(chosen: ReadonlySet<string>, id: string, wanted: boolean): ReadonlySet<string> {
  return new Set(wanted ? [...chosen, id] : [...chosen].filter((each) => each !== id));
}
