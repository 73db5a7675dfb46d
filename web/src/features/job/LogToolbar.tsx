import { Button, NativeSelect, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import { count } from "../../ui/format";
import { DownloadIcon, SearchIcon } from "../../ui/icons";
import type { UrlChange } from "../../ui/urlState";
import { LEVELS, type LogFilter } from "./logFilter";
import styles from "./LogToolbar.module.css";

interface Props {
  readonly filter: LogFilter;
  readonly sites: number;
  readonly shown: number;
  readonly all: number;
  readonly following: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly onChange: (change: UrlChange, replace?: boolean) => void;
  readonly onDownload: () => void;
}

/** Chooses which lines are shown, and whether the newest is kept in sight. */
export function LogToolbar(props: Props) {
  const [text, setText] = useState(props.filter.text);
  const apply = useDebouncedCallback((q: string) => props.onChange({ q }, true), 150);
  const sites = Array.from({ length: props.sites }, (_, shard) => `site-${shard + 1}`);
  return (
    <div className={styles["bar"]}>
      <TextInput
        aria-label="Search the log"
        placeholder="Search the log"
        leftSection={<SearchIcon />}
        size="xs"
        className={styles["search"]}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          apply(event.currentTarget.value);
        }}
      />
      <NativeSelect
        aria-label="Site"
        size="xs"
        value={props.filter.site}
        onChange={(event) => props.onChange({ site: event.currentTarget.value }, true)}
        data={[
          { value: "", label: "All sites" },
          { value: "server", label: "server" },
          ...sites.map((site) => ({ value: site, label: site })),
        ]}
      />
      <NativeSelect
        aria-label="Least level"
        size="xs"
        value={props.filter.level}
        onChange={(event) => props.onChange({ level: event.currentTarget.value }, true)}
        data={[
          { value: "", label: "All levels" },
          ...LEVELS.slice(1).map((level) => ({ value: level, label: least(level) })),
        ]}
      />
      <Text size="xs" c="dimmed" className={`r-numbers ${styles["count"]}`} role="status">
        {props.shown === props.all
          ? count(props.all, "line")
          : `${props.shown.toLocaleString("en")} of ${count(props.all, "line")}`}
      </Text>
      <Button
        size="xs"
        variant="default"
        aria-pressed={props.following}
        onClick={() => props.onFollow(!props.following)}
      >
        {props.following ? "Pause" : "Follow"}
      </Button>
      <Button size="xs" variant="default" leftSection={<DownloadIcon />} onClick={props.onDownload}>
        Download
      </Button>
    </div>
  );
}

function least(level: string): string {
  return level === "error" ? "Errors" : `${level.charAt(0).toUpperCase()}${level.slice(1)} and above`;
}
