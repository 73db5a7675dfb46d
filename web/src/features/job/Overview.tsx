import { Stack } from "@mantine/core";
import type { Job } from "../../api/types";
import { Section } from "../../ui/Section";
import { Configuration } from "./Configuration";
import { Preparing } from "./Preparing";
import { RoundGantt } from "./RoundGantt";
import { RoundTable } from "./RoundTable";
import { Transitions } from "./Transitions";

/** What happened so far, and what was asked for. */
export function Overview({ job }: { readonly job: Job }) {
  return (
    <Stack gap="md">
      {(job.phase === "preparing" || job.phase === "recovering") && <Preparing job={job} />}
      <RoundGantt job={job} />
      <RoundTable job={job} />
      <Section title="History">
        <Transitions job={job} />
      </Section>
      <Section title="Configuration as submitted">
        <Configuration spec={job.spec} />
      </Section>
    </Stack>
  );
}
