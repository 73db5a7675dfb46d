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
  const taken = open.filter((item) => item.state === "taken");
  const moving = open.length - taken.length;
  const shown = [...open, ...items.filter((item) => item.state === "done")].slice(0, SHOWN);
  return (
    <Paper className="r-card" p={0} mb="sm" component="section" aria-label="Uploads">
      <div className={styles["head"]}>
        <Text fw={600} role="status">
          {headline(moving, taken.length)}
          {open.length > 0 && done > 0 ? `, ${done} arrived` : ""}
        </Text>
        <Group gap="xs">
          {taken.length > 1 && (
            <>
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => taken.forEach((item) => uploads.replace(item.number))}
              >
                Replace all {taken.length}
              </Button>
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => taken.forEach((item) => void uploads.cancel(item.number))}
              >
                Keep all old ones
              </Button>
            </>
          )}
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

function headline(moving: number, taken: number): string {
  const asked = taken > 0 ? `${count(taken, "file")} ${taken === 1 ? "is" : "are"} there already` : "";
  if (moving > 0) return `Uploading ${count(moving, "file")}${asked && `; ${asked}`}`;
  return asked || "All uploads have arrived";
}
