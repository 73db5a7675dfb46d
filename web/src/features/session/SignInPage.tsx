import { Anchor, Button, Collapse, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { signIn, useSession } from "../../api/session";
import { CopyBlock } from "../../ui/CopyBlock";
import { ErrorBox } from "../../ui/ErrorBox";
import { useTitle } from "../../ui/Page";
import { nextPage } from "./nextPage";
import styles from "./SignInPage.module.css";

/** Signs in, and goes on to the page that asked for it. */
export function SignInPage() {
  useTitle("Sign in");
  const session = useSession();
  const [parameters] = useSearchParams();
  if (session.data) return <Navigate replace to={nextPage(parameters.get("next"))} />;
  return (
    <main className={styles["page"]}>
      <Paper withBorder p="xl" className={styles["card"]}>
        <Title order={1} mb={4}>
          Sign in to Roundelay
        </Title>
        <Text c="dimmed" mb="lg">
          Train one model on many machines, and watch it here.
        </Text>
        <SignInForm />
        <FirstStart />
      </Paper>
    </main>
  );
}

function SignInForm() {
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(client, email.trim(), password);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          label="E-mail"
          type="text"
          inputMode="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          data-autofocus
          autoFocus
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error !== null && <ErrorBox error={error} />}
        <Button type="submit" size="md" fullWidth loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function FirstStart() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="sm"
        mt="md"
        onClick={() => setOpen(!open)}
        aria-expanded={open}
        aria-controls="first-start"
      >
        First start? Where the password is
      </Anchor>
      <Collapse expanded={open} id="first-start">
        <Text size="sm" c="dimmed" my="xs">
          The server made the user <code>admin@localhost</code> with a random password at its first start. Both are in{" "}
          <code>credentials.env</code> in its data folder, which only its owner can read:
        </Text>
        <CopyBlock label="How to read the password" text="grep ROUNDELAY_ <data folder>/credentials.env" />
      </Collapse>
    </>
  );
}
