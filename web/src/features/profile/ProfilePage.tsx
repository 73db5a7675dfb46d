import { Stack } from "@mantine/core";
import { useUser } from "../../api/session";
import { FactOf, Facts } from "../../ui/Facts";
import { exactText } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { Developer } from "./Developer";
import { Password } from "./Password";
import { Storage } from "./Storage";

/** What belongs to the account: its storage, its keys, its password. */
export function ProfilePage() {
  const user = useUser();
  return (
    <Page title="Profile">
      <Stack gap="md">
        <Section title="Account">
          <Facts>
            <FactOf label="E-mail">{user.email}</FactOf>
            <FactOf label="Role">{user.role === "admin" ? "Administrator" : "User"}</FactOf>
            <FactOf label="Since">{exactText(new Date(user.createdAt))}</FactOf>
          </Facts>
        </Section>
        <Storage />
        <Developer />
        <Password />
      </Stack>
    </Page>
  );
}
