import { Stack } from "@mantine/core";
import { Page } from "../../ui/Page";
import { AuditTrail } from "./AuditTrail";
import { Users } from "./Users";

/** Who may use this server, how much of it, and who did what. */
export function AdminPage() {
  return (
    <Page title="Admin">
      <Stack gap="md">
        <Users />
        <AuditTrail />
      </Stack>
    </Page>
  );
}
