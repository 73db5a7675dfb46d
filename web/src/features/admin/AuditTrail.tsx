import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { AuditEntry } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { SearchIcon } from "../../ui/icons";
import { Paging } from "../../ui/Paging";
import { Section } from "../../ui/Section";
import { useUrlState } from "../../ui/urlState";
import { PAGE_SIZE, useAudit } from "./api";
import styles from "./admin.module.css";

/** Who did what that matters for security; page and filter are in the address. */
export function AuditTrail() {
  const [parameters, change] = useUrlState();
  const part = parameters.get("q") ?? "";
  const page = Math.max(1, Math.trunc(Number(parameters.get("page"))) || 1);
  const audit = useAudit(page, part);
  const [search, setSearch] = useState(part);
  const apply = useDebouncedCallback((q: string) => change({ q, page: null }, true), 250);
  return (
    <Section
      title="Audit log"
      flush
      actions={
        <TextInput
          aria-label="Filter the audit log"
          placeholder="Actor, action, target, address"
          leftSection={<SearchIcon />}
          className={styles["search"]}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            apply(event.currentTarget.value);
          }}
        />
      }
    >
      <DataTable
        label="audit entries"
        dense
        height="520px"
        columns={COLUMNS}
        rows={audit.data?.items.map((entry, at) => ({ ...entry, at }))}
        rowKey={(entry) => `${entry.time} ${entry.at}`}
        error={audit.error}
        onRetry={() => void audit.refetch()}
        empty={<Empty title={part ? "No entry matches" : "Nothing is recorded yet"} />}
      />
      <div className={styles["inset"]}>
        <Paging
          total={audit.data?.total ?? 0}
          limit={PAGE_SIZE}
          page={page}
          noun="audit entry"
          plural="audit entries"
          onPage={(wish) => change({ page: wish > 1 ? wish : null })}
        />
      </div>
    </Section>
  );
}

const COLUMNS: readonly Column<AuditEntry & { readonly at: number }>[] = [
  { key: "time", header: "When", width: "100px", cell: (entry) => <Ago time={entry.time} /> },
  {
    key: "actor",
    header: "Who",
    width: "200px",
    from: "medium",
    cell: (entry) => <span title={entry.actor}>{entry.actor}</span>,
  },
  { key: "action", header: "Did", width: "170px", cell: (entry) => entry.action.replaceAll("_", " ") },
  {
    key: "target",
    header: "To what",
    from: "narrow",
    cell: (entry) => <span title={entry.target}>{entry.target}</span>,
  },
  { key: "address", header: "From", width: "140px", from: "wide", cell: (entry) => entry.address ?? "–" },
];
