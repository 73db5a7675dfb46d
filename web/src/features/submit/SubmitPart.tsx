import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { serverUploads } from "../../api/serverUploads";
import type { JobSpec, Preflight } from "../../api/types";
import { ErrorBox } from "../../ui/ErrorBox";
import { bytesText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { type Item, itemsOf, preflight, submit } from "./api";
import { Findings } from "./Findings";
import { type JobFiles, type JobForm, specOf } from "./form";
import { Sending } from "./sending";

interface Props {
  readonly form: JobForm;
  readonly files: JobFiles;
}

type Phase = "idle" | "sending" | "paused";

/** Checks the job before a byte is sent, then sends it; the sending can be paused. */
export function SubmitPart({ form, files }: Props) {
  const navigate = useNavigate();
  const checking = useAction();
  const action = useAction();
  const [found, setFound] = useState<Preflight | null>(null);
  const [phase, setPhase] = useState<Phase>("idle");
  const [sent, setSent] = useState<readonly [number, number]>([0, 0]);
  const sending = useRef<Sending>(null);
  const job = useRef<{ readonly spec: JobSpec; readonly items: readonly Item[] }>(null);
  const pause = useRef<AbortController>(null);

  async function check(): Promise<boolean> {
    let ok = false;
    setFound(null);
    await checking.run(async () => {
      const answer = await preflight(form, files);
      setFound(answer);
      ok = answer.ok;
    });
    return ok;
  }

  async function begin() {
    if (!(await check())) return;
    // What is sent is what was checked, whatever is typed meanwhile.
    const items = itemsOf(form, files);
    job.current = { spec: specOf(form, files), items };
    sending.current = new Sending(serverUploads, items, (part, all) => setSent([part, all]));
    await send();
  }

  async function send() {
    const stop = new AbortController();
    pause.current = stop;
    setPhase("sending");
    const done = await action.run(async () => {
      try {
        await sending.current?.run(stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        return;
      }
      if (job.current === null) return;
      const { id } = await submit(job.current.spec, job.current.items);
      await navigate(`/dashboard/jobs/${id}`);
    });
    if (!done) await sending.current?.abandon();
    setPhase(done && stop.signal.aborted ? "paused" : "idle");
  }

  async function giveUp() {
    await sending.current?.abandon();
    setPhase("idle");
  }

  return (
    <Section title="7. Check and submit">
      <Stack gap="sm">
        {found && <Findings found={found} />}
        {checking.error !== null && <ErrorBox error={checking.error} />}
        {action.error !== null && <ErrorBox error={action.error} />}
        {phase !== "idle" && (
          <div role="status">
            <Text size="sm" mb={4}>
              {`${bytesText(sent[0])} of ${bytesText(sent[1])} sent${phase === "paused" ? ", paused" : ""}`}
            </Text>
            <Progress value={sent[1] > 0 ? (100 * sent[0]) / sent[1] : 100} aria-label="Sent" />
          </div>
        )}
        <Group gap="xs">
          {phase === "idle" && (
            <>
              <Button variant="default" loading={checking.busy} disabled={action.busy} onClick={() => void check()}>
                Check
              </Button>
              <Button loading={action.busy} disabled={checking.busy} onClick={() => void begin()}>
                Submit the job
              </Button>
            </>
          )}
          {phase === "sending" && (
            <Button variant="default" onClick={() => pause.current?.abort(new Error("paused"))}>
              Pause
            </Button>
          )}
          {phase === "paused" && (
            <>
              <Button onClick={() => void send()}>Go on</Button>
              <Button variant="default" onClick={() => void giveUp()}>
                Give up
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Section>
  );
}
