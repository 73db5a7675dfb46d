import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Preflight } from "../../api/types";
import { ErrorBox } from "../../ui/ErrorBox";
import { bytesText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { preflight, submit } from "./api";
import { Findings } from "./Findings";
import type { JobForm } from "./form";

interface Props {
  readonly form: JobForm;
  readonly shards: readonly File[];
}

/** Checks the job before a byte is sent, then sends it. */
export function SubmitPart({ form, shards }: Props) {
  const navigate = useNavigate();
  const checking = useAction();
  const sending = useAction();
  const [found, setFound] = useState<Preflight | null>(null);
  const [sent, setSent] = useState<readonly [number, number] | null>(null);

  async function check(): Promise<boolean> {
    let ok = false;
    setFound(null);
    await checking.run(async () => {
      const answer = await preflight(form, shards);
      setFound(answer);
      ok = answer.ok;
    });
    return ok;
  }

  async function send() {
    if (!(await check())) return;
    await sending.run(async () => {
      const job = await submit(form, shards, (part, all) => setSent([part, all]));
      await navigate(`/dashboard/jobs/${job.id}`);
    });
    setSent(null);
  }

  return (
    <Section title="6. Check and submit">
      <Stack gap="sm">
        {found && <Findings found={found} />}
        {checking.error !== null && <ErrorBox error={checking.error} />}
        {sending.error !== null && <ErrorBox error={sending.error} />}
        {sent && (
          <div role="status">
            <Text size="sm" mb={4}>{`${bytesText(sent[0])} of ${bytesText(sent[1])} sent`}</Text>
            <Progress value={sent[1] > 0 ? (100 * sent[0]) / sent[1] : 100} aria-label="Sent" />
          </div>
        )}
        <Group gap="xs">
          <Button variant="default" loading={checking.busy} disabled={sending.busy} onClick={() => void check()}>
            Check
          </Button>
          <Button loading={sending.busy} disabled={checking.busy} onClick={() => void send()}>
            Submit the job
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}
