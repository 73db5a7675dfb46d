import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useUser } from "../../api/session";
import { ErrorBox } from "../../ui/ErrorBox";
import { Section } from "../../ui/Section";
import { useAction } from "../../ui/useAction";
import { changePassword } from "./api";

/** Changes the own password. */
export function Password() {
  const user = useUser();
  const action = useAction();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [changed, setChanged] = useState(false);
  const differs = again !== "" && again !== password;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (again !== password) return;
    setChanged(false);
    void action.run(async () => {
      await changePassword(current, password);
      setCurrent("");
      setPassword("");
      setAgain("");
      setChanged(true);
    });
  }

  return (
    <Section title="Password">
      <form onSubmit={submit}>
        <input type="hidden" autoComplete="username" name="username" value={user.email} />
        <Stack gap="sm" maw={420}>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="New password again"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={again}
            error={differs && "The two are not the same."}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          {action.error !== null && <ErrorBox error={action.error} />}
          <Group gap="sm">
            <Button type="submit" variant="default" loading={action.busy}>
              Change the password
            </Button>
            <Text role="status" size="sm">
              {changed && "Changed. Your other sessions have ended."}
            </Text>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
