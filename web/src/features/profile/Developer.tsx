import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { root } from "../../api/root";
import type { ApiKey } from "../../api/types";
import { CopyBlock } from "../../ui/CopyBlock";
import { ErrorBox } from "../../ui/ErrorBox";
import { Section } from "../../ui/Section";
import { SecretOnce } from "../../ui/SecretOnce";
import { useAction } from "../../ui/useAction";
import { mintKey } from "./api";
import { KeyList } from "./KeyList";

/** The keys by which programs act for this user. */
export function Developer() {
  const client = useQueryClient();
  const action = useAction();
  const [name, setName] = useState("");
  const [fresh, setFresh] = useState<ApiKey | null>(null);

  function mint(event: FormEvent) {
    event.preventDefault();
    void action.run(async () => {
      setFresh(await mintKey(client, name.trim()));
      setName("");
    });
  }

  return (
    <Section title="Developer">
      <Stack gap="md">
        <Text c="dimmed">API keys let the Python package, the command line and other programs act for you.</Text>
        <form onSubmit={mint}>
          <Group gap="xs" align="flex-end">
            <TextInput
              label="Name of a new key"
              placeholder="laptop"
              required
              withAsterisk={false}
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" loading={action.busy}>
              Mint a key
            </Button>
          </Group>
        </form>
        {action.error !== null && <ErrorBox error={action.error} />}
        {fresh?.secret && (
          <SecretOnce
            title={`The key “${fresh.name}”`}
            label="API key"
            secret={fresh.secret}
            onDone={() => setFresh(null)}
          >
            <Text size="sm" mt="sm" mb={4}>
              For the Python package and the command line:
            </Text>
            <CopyBlock
              label="Environment of a program"
              text={`export RESON_BASE_URL='${window.location.origin}${root}'\nexport RESON_API_KEY='${fresh.secret}'`}
            />
          </SecretOnce>
        )}
        <KeyList />
      </Stack>
    </Section>
  );
}
