import { Button, Group, NativeSelect, NumberInput, PasswordInput, Stack, Switch } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { User } from "../../api/types";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { Dialog } from "../../ui/Dialog";
import { ErrorBox } from "../../ui/ErrorBox";
import { useAction } from "../../ui/useAction";
import { removeUser, updateUser } from "./api";
import { bytesOf, gigabytesOf } from "./quota";

interface Props {
  readonly user: User;
  /** Whether it is the administrator's own account. */
  readonly me: boolean;
  readonly onClose: () => void;
}

/** Changes a user: role, quota, password, whether they may sign in; or removes them. */
export function UserDialogue({ user, me, onClose }: Props) {
  const client = useQueryClient();
  const action = useAction();
  const [role, setRole] = useState(user.role);
  const [quota, setQuota] = useState<string | number>(gigabytesOf(user.quotaBytes));
  const [disabled, setDisabled] = useState(user.disabled);
  const [password, setPassword] = useState("");

  async function save(event: FormEvent) {
    event.preventDefault();
    const done = await action.run(() =>
      updateUser(client, user.id, {
        ...(role === user.role ? {} : { role }),
        ...(bytesOf(quota) === user.quotaBytes ? {} : { quotaBytes: bytesOf(quota) }),
        ...(disabled === user.disabled ? {} : { disabled }),
        ...(password === "" ? {} : { password }),
      }),
    );
    if (done) onClose();
  }

  return (
    <Dialog title={user.email} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="sm">
          <NativeSelect
            label="Role"
            data={[
              { value: "user", label: "User" },
              { value: "admin", label: "Administrator" },
            ]}
            value={role}
            onChange={(event) => setRole(event.currentTarget.value)}
            data-autofocus
          />
          <NumberInput label="Storage quota in GB" min={0} hideControls value={quota} onChange={setQuota} />
          <PasswordInput
            label="New password"
            description="Empty: it stays. A new one ends the user's sessions."
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Switch
            label="Disabled: no sign-in, and the keys are refused"
            checked={disabled}
            disabled={me}
            onChange={(event) => setDisabled(event.currentTarget.checked)}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
          <Group justify="space-between" gap="xs">
            <ConfirmButton
              label="Remove"
              question={`Remove ${user.email}?`}
              confirm="Remove the user"
              button={{ disabled: me }}
              onConfirm={async () => {
                await removeUser(client, user.id);
                onClose();
              }}
            >
              Jobs, files, keys and workers of this user are removed with them. It cannot be undone.
            </ConfirmButton>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={action.busy}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
