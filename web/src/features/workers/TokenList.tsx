import { Button, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { WorkerToken } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { DataTable } from "../../ui/DataTable";
import { revokeToken, useTokens } from "./api";

/** The tokens by which machines can join. */
export function TokenList() {
  const client = useQueryClient();
  const tokens = useTokens();
  const revoke = (token: WorkerToken) => revokeToken(client, token.id);
  return (
    <DataTable
      label="join tokens"
      height="320px"
      rows={tokens.data}
      rowKey={(token) => token.id}
      error={tokens.error}
      onRetry={() => void tokens.refetch()}
      empty={<Text c="dimmed">There is no join token.</Text>}
      columns={[
        { key: "name", header: "Token", cell: (token) => <span title={token.id}>{token.name ?? token.id}</span> },
        {
          key: "use",
          header: "For",
          width: "130px",
          from: "medium",
          cell: (token) => (token.reusable ? "any machines" : token.usedAt ? "used" : "one machine"),
        },
        {
          key: "made",
          header: "Made",
          width: "110px",
          from: "medium",
          cell: (token) => <Ago time={token.createdAt} />,
        },
        {
          key: "ends",
          header: "Ends",
          width: "110px",
          cell: (token) => (token.expiresAt ? <Ago time={token.expiresAt} /> : "when revoked"),
        },
        {
          key: "revoke",
          header: "Action",
          quiet: true,
          width: "100px",
          align: "end",
          cell: (token) => <Revoke token={token} revoke={revoke} />,
        },
      ]}
    />
  );
}

interface RevokeProps {
  readonly token: WorkerToken;
  readonly revoke: (token: WorkerToken) => Promise<void>;
}

function Revoke({ token, revoke }: RevokeProps) {
  // What only one machine can use is gone without harm; a token for many may be in use by scripts.
  if (!token.reusable) {
    return (
      <Button size="compact-sm" variant="default" onClick={() => void revoke(token)} aria-label={`Revoke ${token.id}`}>
        Revoke
      </Button>
    );
  }
  return (
    <ConfirmButton
      label="Revoke"
      question="Revoke this token?"
      confirm="Revoke"
      button={{ size: "compact-sm" }}
      onConfirm={() => revoke(token)}
    >
      No machine can join by it any more. Workers that have joined stay.
    </ConfirmButton>
  );
}
