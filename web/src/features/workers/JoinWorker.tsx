import { Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { root } from "../../api/root";
import type { WorkerToken } from "../../api/types";
import { CopyBlock } from "../../ui/CopyBlock";
import { ErrorBox } from "../../ui/ErrorBox";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { mintToken } from "./api";
import { joinLine } from "./joinLine";
import { TokenList } from "./TokenList";

/** How a machine becomes a worker: one line with a token for it alone. */
export function JoinWorker() {
  const client = useQueryClient();
  const action = useAction();
  const [token, setToken] = useState<WorkerToken | null>(null);
  const mint = () => action.run(async () => setToken(await mintToken(client)));
  return (
    <Section
      title="Join a worker"
      actions={
        <Button onClick={() => void mint()} loading={action.busy} variant={token ? "default" : "filled"}>
          {token ? "Another line" : "Make a line to join"}
        </Button>
      }
    >
      <Stack gap="sm">
        <Text c="dimmed">
          Run one line on a Linux machine with curl and Python: it checks the machine, fetches the agent from this
          server and installs it as a service. The machine needs no open port.
        </Text>
        {action.error !== null && <ErrorBox error={action.error} />}
        {token?.secret && (
          <div>
            <CopyBlock
              label="The line that joins a machine"
              text={joinLine(window.location.origin + root, token.secret)}
            />
            <Text size="sm" c="dimmed" mt={4}>
              For one machine, within an hour. Put <code>sudo</code> before <code>sh</code> to give every job a user id
              of its own.
            </Text>
          </div>
        )}
        <TokenList />
      </Stack>
    </Section>
  );
}
