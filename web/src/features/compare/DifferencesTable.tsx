import { Text } from "@mantine/core";
import type { Job } from "../../api/types";
import { Section } from "../../ui/Section";
import { differences } from "./differences";
import { JobsTable } from "./JobsTable";

/** Only the configuration in which the jobs differ. */
export function DifferencesTable({ jobs }: { readonly jobs: readonly Job[] }) {
  const rows = differences(jobs).map(({ name, values }) => ({
    name,
    cells: values.map((value) => value ?? <span aria-label="not set">–</span>),
  }));
  return (
    <Section title="Configuration that differs" flush={rows.length > 0}>
      {rows.length > 0 ? (
        <JobsTable label="Configuration that differs" jobs={jobs} rows={rows} />
      ) : (
        <Text c="dimmed">{jobs.length > 1 ? "Their configurations are the same." : "There is only one job."}</Text>
      )}
    </Section>
  );
}
