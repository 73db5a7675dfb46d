import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { useUser } from "../../api/session";
import type { User } from "../../api/types";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Paging } from "../../ui/Paging";
import { Section } from "../../ui/Section";
import { SecretOnce } from "../../ui/SecretOnce";
import { PAGE_SIZE, useUsers } from "./api";
import { NewUserDialogue } from "./NewUserDialogue";
import { UserDialogue } from "./UserDialogue";
import { userColumns } from "./userColumns";
import styles from "./admin.module.css";

/** All users, and what an administrator does with them. */
export function Users() {
  const me = useUser();
  const [page, setPage] = useState(1);
  const users = useUsers(page);
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<User | null>(null);
  const [fresh, setFresh] = useState<User | null>(null);
  return (
    <Section title="Users" flush actions={<Button onClick={() => setAdding(true)}>New user</Button>}>
      <Stack gap="sm">
        {fresh?.password && (
          <div className={styles["inset"]}>
            <SecretOnce
              title={`The password of ${fresh.email}`}
              label={`Password of ${fresh.email}`}
              secret={fresh.password}
              onDone={() => setFresh(null)}
            />
          </div>
        )}
        <DataTable
          label="list of users"
          height="420px"
          columns={userColumns(me.id, setChosen)}
          rows={users.data?.items}
          rowKey={(user) => user.id}
          error={users.error}
          onRetry={() => void users.refetch()}
          empty={<Empty title="No users on this page" />}
        />
      </Stack>
      <div className={styles["inset"]}>
        <Paging total={users.data?.total ?? 0} limit={PAGE_SIZE} page={page} noun="user" onPage={setPage} />
      </div>
      {adding && <NewUserDialogue onClose={() => setAdding(false)} onCreated={setFresh} />}
      {chosen && (
        <UserDialogue key={chosen.id} user={chosen} me={chosen.id === me.id} onClose={() => setChosen(null)} />
      )}
    </Section>
  );
}
