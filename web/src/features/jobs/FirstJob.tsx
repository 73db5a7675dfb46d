import { Text } from "@mantine/core";
import { CopyBlock } from "../../ui/CopyBlock";
import { Empty } from "../../ui/Empty";

const LINES = `from roundelay import Roundelay
client = Roundelay()  # server and key from the environment, or from: roundelay login
job = client.rt_submit("model_def.py:Net", "first job", "shards")`;

/** The list before the first job: how to submit one. */
export function FirstJob() {
  return (
    <Empty title="No jobs yet">
      <Text c="dimmed" mb="sm">
        Three lines of Python submit one:
      </Text>
      <CopyBlock label="Python that submits a job" text={LINES} />
    </Empty>
  );
}
