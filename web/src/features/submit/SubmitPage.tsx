import { Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { CopyBlock } from "../../ui/CopyBlock";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { CodePart } from "./CodePart";
import { EMPTY, type JobForm } from "./form";
import { pythonOf } from "./python";
import { SettingsPart } from "./SettingsPart";
import { ShardsPart } from "./ShardsPart";
import { SubmitPart } from "./SubmitPart";
import { WorkersPart } from "./WorkersPart";

/** Submits a job from the browser, step by step; what it asks is what the Python package asks. */
export function SubmitPage() {
  const [form, setForm] = useState<JobForm>(EMPTY);
  const [shards, setShards] = useState<readonly File[]>([]);
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
        <ShardsPart shards={shards} onChange={setShards} />
        <SettingsPart form={form} onChange={change} />
        <WorkersPart form={form} sites={shards.length} onChange={change} />
        <SubmitPart form={form} shards={shards} />
        <Section title="The same in Python">
          <CopyBlock label="The same job in Python" text={pythonOf(form)} />
        </Section>
      </Stack>
    </Page>
  );
}
