import { Text } from "@mantine/core";
import { CopyBlock } from "../../ui/CopyBlock";
import { Empty } from "../../ui/Empty";

const LINES = `from roundelay import Client
client = Client()  # reads RESON_BASE_URL and RESON_API_KEY
client.train(Net, fl_train, fl_validate, shards="shards/")`;

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
