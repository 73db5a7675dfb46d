import { Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { CopyBlock } from "../../ui/CopyBlock";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { CodePart } from "./CodePart";
import { EMPTY, type JobFiles, type JobForm, NO_FILES } from "./form";
import { FurtherFiles } from "./FurtherFiles";
import { pythonOf } from "./python";
import { SettingsPart } from "./SettingsPart";
import { ShardsPart } from "./ShardsPart";
import { SubmitPart } from "./SubmitPart";
import { WorkersPart } from "./WorkersPart";

/** Submits a job from the browser, step by step; what it asks is what the Python package asks. */
export function SubmitPage() {
  const [form, setForm] = useState<JobForm>(EMPTY);
  const [files, setFiles] = useState<JobFiles>(NO_FILES);
  const choose = (wish: Partial<JobFiles>) => setFiles((before) => ({ ...before, ...wish }));
  const change = (wish: Partial<JobForm>) => setForm((before) => ({ ...before, ...wish }));
  return (
    <Page title="New job">
      <Stack gap="md">
        <Section title="1. Name">
          <TextInput
            aria-label="Name of the job"
            placeholder="first job"
            maw={420}
            maxLength={200}
            value={form.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
        </Section>
        <CodePart form={form} onChange={change} />
        <ShardsPart shards={files.shards} onChange={(shards) => choose({ shards })} />
        <SettingsPart form={form} onChange={change} />
        <FurtherFiles files={files} onChange={choose} />
        <WorkersPart form={form} sites={files.shards.length} onChange={change} />
        <SubmitPart form={form} files={files} />
        <Section title="The same in Python">
          <CopyBlock label="The same job in Python" text={pythonOf(form, files)} />
        </Section>
      </Stack>
    </Page>
  );
}
