import { Button, Group, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Worker, WorkerPatch } from "../../api/types";
import { ErrorBox } from "../../ui/ErrorBox";
import { useAction } from "../../ui/useAction";
import { update } from "./api";
import { labelsOf, labelsText } from "./labels";

interface Props {
  readonly worker: Worker;
  readonly admin: boolean;
}

/** Changes what its owner may change of a worker; sharing is an administrator's. */
export function WorkerForm({ worker, admin }: Props) {
  const client = useQueryClient();
  const action = useAction();
  const [name, setName] = useState(worker.name);
  const [price, setPrice] = useState<string | number>(worker.pricePerGpuHourCents / 100);
  const [labels, setLabels] = useState(labelsText(worker.labels));
  const [shared, setShared] = useState(worker.shared);

  function save(event: FormEvent) {
    event.preventDefault();
    void action.run(async () => {
      const patch: WorkerPatch = {
        name: name.trim(),
        pricePerGpuHourCents: Math.round(Number(price) * 100),
        labels: labelsOf(labels),
        ...(admin && shared !== worker.shared ? { shared } : {}),
      };
      await update(client, worker, patch);
    });
  }

  return (
    <form onSubmit={save} aria-label={`Change ${worker.name}`}>
      <Stack gap="sm">
        <Group gap="sm" grow align="flex-start">
          <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NumberInput
            label="Price in $ per GPU and hour"
            min={0}
            decimalScale={2}
            value={price}
            onChange={setPrice}
            hideControls
          />
        </Group>
        <Textarea
          label="Labels"
          description="One name=value a line"
          autosize
          minRows={2}
          maxRows={8}
          value={labels}
          onChange={(event) => setLabels(event.currentTarget.value)}
        />
        {admin && (
          <Switch
            label="Shared: serves the jobs of all users"
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
        )}
        {action.error !== null && <ErrorBox error={action.error} />}
        <Group>
          <Button type="submit" variant="default" loading={action.busy}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
