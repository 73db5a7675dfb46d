import { Group, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { SearchIcon } from "../../ui/icons";
import { shown } from "../../ui/states";
import type { UrlChange } from "../../ui/urlState";
import { type ListState, STATES } from "./listState";
import styles from "./JobFilters.module.css";

interface Props {
  readonly list: ListState;
  readonly admin: boolean;
  readonly onChange: (change: UrlChange, replace?: boolean) => void;
}

/** Chooses what of the list is shown. */
export function JobFilters({ list, admin, onChange }: Props) {
  const [search, setSearch] = useState(list.search);
  const apply = useDebouncedCallback((q: string) => onChange({ q, page: null }, true), 250);
  return (
    <Group gap="sm">
      <TextInput
        aria-label="Search by name or id"
        placeholder="Search by name or id"
        leftSection={<SearchIcon />}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          apply(event.currentTarget.value);
        }}
        className={styles["search"]}
      />
      <div className={styles["states"]} tabIndex={0} role="region" aria-label="Filter by state">
        <SegmentedControl
          aria-label="State"
          value={list.state ?? ""}
          onChange={(state) => onChange({ state: state.toLowerCase(), page: null })}
          data={[{ value: "", label: "All" }, ...STATES.map((state) => ({ value: state, label: shown(state).words }))]}
        />
      </div>
      {admin && (
        <Switch
          label="Everybody's"
          checked={list.everybody}
          onChange={(event) => onChange({ all: event.currentTarget.checked ? "true" : null, page: null })}
        />
      )}
    </Group>
  );
}
