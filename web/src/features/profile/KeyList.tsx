import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Ago } from "../../ui/Ago";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { DataTable } from "../../ui/DataTable";
import { revokeKey, useApiKeys } from "./api";

/** The keys that there are. */
export function KeyList() {
  const client = useQueryClient();
  const keys = useApiKeys();
  return (
    <DataTable
      label="API keys"
      height="400px"
      rows={keys.data}
      rowKey={(key) => key.id}
      error={keys.error}
      onRetry={() => void keys.refetch()}
      empty={<Text c="dimmed">You have no API key.</Text>}
      columns={[
        {
          key: "name",
          header: "Name",
          cell: (key) => (
            <div className="r-clip" title={key.name}>
              {key.name}
            </div>
          ),
        },
        {
          key: "prefix",
          header: "Begins with",
          width: "170px",
          from: "medium",
          cell: (key) => <code>{key.prefix}…</code>,
        },
        { key: "made", header: "Made", width: "120px", from: "medium", cell: (key) => <Ago time={key.createdAt} /> },
        { key: "used", header: "Last used", width: "110px", cell: (key) => <Ago time={key.lastUsedAt} /> },
        {
          key: "revoke",
          header: "Action",
          quiet: true,
          width: "110px",
          align: "end",
          cell: (key) => (
            <ConfirmButton
              label="Revoke"
              question={`Revoke the key “${key.name}”?`}
              confirm="Revoke"
              button={{ size: "compact-sm" }}
              onConfirm={() => revokeKey(client, key.id)}
            >
              Programs that use it are refused at once.
            </ConfirmButton>
          ),
        },
      ]}
    />
  );
}
