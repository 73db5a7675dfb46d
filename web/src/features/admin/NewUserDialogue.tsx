import { Button, Group, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { User } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { ErrorBox } from "../../ui/ErrorBox";
import { useAction } from "../../ui/useAction";
import { createUser } from "./api";
import { bytesOf } from "./quota";

interface Props {
  readonly onClose: () => void;
  /** With the password that the server made. */
  readonly onCreated: (user: User) => void;
}

const ROLES = [
  { value: "user", label: "User" },
  { value: "admin", label: "Administrator" },
];

/** Creates a user; the server makes the password, which is shown once. */
export function NewUserDialogue({ onClose, onCreated }: Props) {
  const client = useQueryClient();
  const action = useAction();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("user");
  const [quota, setQuota] = useState<string | number>("");

  async function create(event: FormEvent) {
    event.preventDefault();
    const done = await action.run(async () => {
      const quotaBytes = quota === "" ? {} : { quotaBytes: bytesOf(quota) };
      onCreated(await createUser(client, { email: email.trim(), role, ...quotaBytes }));
    });
    if (done) onClose();
  }

  return (
    <Dialog title="New user" onClose={onClose}>
      <form onSubmit={(event) => void create(event)}>
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            required
            data-autofocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NativeSelect
            label="Role"
            data={ROLES}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value)}
          />
          <NumberInput
            label="Storage quota in GB"
            description="Empty: what the server gives by default"
            min={0}
            hideControls
            value={quota}
            onChange={setQuota}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={action.busy}>
              Create the user
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
