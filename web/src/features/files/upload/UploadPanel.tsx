import { Button, Group, Paper, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { count } from "../../../ui/format";
import { BUCKET_KEY } from "../api";
import styles from "./upload.module.css";
import { UploadRow } from "./UploadRow";
import { uploads, useUploads } from "./uploads";

const SHOWN = 50;

/** The uploads of this window: how far each is. */
export function UploadPanel() {
  const client = useQueryClient();
  const items = useUploads();
  useEffect(() => uploads.onFinished(() => void client.invalidateQueries({ queryKey: BUCKET_KEY })), [client]);
  const open = items.filter((item) => item.state !== "done");
  useEffect(() => {
    if (open.length === 0) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [open.length]);
  if (items.length === 0) return null;
  const done = items.length - open.length;
  const shown = [...open, ...items.filter((item) => item.state === "done")].slice(0, SHOWN);
  return (
    <Paper className="r-card" p={0} mb="sm" component="section" aria-label="Uploads">
      <div className={styles["head"]}>
        <Text fw={600} role="status">
          {open.length > 0 ? `Uploading ${count(open.length, "file")}` : "All uploads have arrived"}
          {open.length > 0 && done > 0 ? `, ${done} arrived` : ""}
        </Text>
        <Group gap="xs">
          {done > 0 && (
            <Button variant="default" size="compact-xs" onClick={() => uploads.clearDone()}>
              Clear
            </Button>
          )}
        </Group>
      </div>
      <ul className={styles["list"]}>
        {shown.map((item) => (
          <UploadRow key={item.number} item={item} />
        ))}
      </ul>
      {items.length > SHOWN && (
        <Text size="xs" c="dimmed" p="xs">
          and {count(items.length - SHOWN, "more file")}
        </Text>
      )}
    </Paper>
  );
}
