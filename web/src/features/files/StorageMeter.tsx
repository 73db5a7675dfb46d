import { Anchor, Paper, Text } from "@mantine/core";
import { Link } from "react-router";
import { bytesText, count } from "../../ui/format";
import { ErrorBox } from "../../ui/ErrorBox";
import { Loading } from "../../ui/Loading";
import { useUsage } from "./api";
import styles from "./files.module.css";

const SHOWN = 6;

/** How full the bucket is, and of what. */
export function StorageMeter({ to }: { readonly to: (prefix: string) => string }) {
  const usage = useUsage();
  if (usage.isError && !usage.data) return <ErrorBox error={usage.error} onRetry={() => void usage.refetch()} />;
  if (!usage.data) return <Loading lines={2} what="Loading the storage meter" />;
  const { usedBytes, quotaBytes, folders } = usage.data;
  const largest = [...folders].sort((a, b) => b.bytes - a.bytes);
  const shown = largest.slice(0, SHOWN);
  const listed = folders.reduce((sum, folder) => sum + folder.bytes, 0);
  const rest = largest.slice(SHOWN).reduce((sum, folder) => sum + folder.bytes, 0);
  // Blobs of jobs count too, and two keys of one blob count once.
  const kept = Math.max(0, usedBytes - listed);
  const percent = quotaBytes > 0 ? (100 * usedBytes) / quotaBytes : 100;
  return (
    <Paper className="r-card" p="md" mb="sm">
      <Text size="sm" mb={8}>
        <b className="r-numbers">{bytesText(usedBytes)}</b> of {bytesText(quotaBytes)} used (
        {percent > 0 && percent < 0.1 ? "less than 0.1" : percent.toFixed(1)} %)
      </Text>
      <div className={styles["meter"]} role="img" aria-label={`${percent.toFixed(1)} percent of the storage is used`}>
        {shown.map((folder, at) => (
          <div key={folder.prefix} style={{ ...part(folder.bytes, quotaBytes), background: colour(at) }} />
        ))}
        <div style={{ ...part(rest + kept, quotaBytes), background: "var(--r-muted)" }} />
      </div>
      <ul className={styles["legend"]}>
        {shown.map((folder, at) => (
          <li key={folder.prefix}>
            <span className={styles["key"]} style={{ background: colour(at) }} aria-hidden />
            <Anchor component={Link} to={to(folder.prefix)} size="xs" className="r-clip" title={folder.prefix}>
              {folder.prefix || "at the top"}
            </Anchor>
            <span className="r-numbers">
              {bytesText(folder.bytes)}, {count(folder.objects, "object")}
            </span>
          </li>
        ))}
        {rest > 0 && <Rest words="other folders" bytes={rest} />}
        {kept > 0 && <Rest words="kept for jobs (snapshots, models)" bytes={kept} />}
      </ul>
    </Paper>
  );
}

function Rest({ words, bytes }: { readonly words: string; readonly bytes: number }) {
  return (
    <li>
      <span className={styles["key"]} style={{ background: "var(--r-muted)" }} aria-hidden />
      {words} <span className="r-numbers">{bytesText(bytes)}</span>
    </li>
  );
}

function part(bytes: number, of: number) {
  return { width: `${of > 0 ? Math.min(100, (100 * bytes) / of) : 0}%`, minWidth: bytes > 0 ? 2 : 0 };
}

function colour(at: number): string {
  return `var(--r-series-${at})`;
}
