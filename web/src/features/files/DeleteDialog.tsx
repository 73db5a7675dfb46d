import { Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Dialog } from "../../ui/Dialog";
import { ErrorBox } from "../../ui/ErrorBox";
import { bytesText, count } from "../../ui/format";
import { Loading } from "../../ui/Loading";
import { BUCKET_KEY, remove, useSummary } from "./api";
import type { Entry } from "./entries";

interface Props {
  readonly entry: Entry;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

/** Asks before it deletes, and says how much that takes away. */
export function DeleteDialog({ entry, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const summary = useSummary(entry.folder ? entry.key : null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const counted = !entry.folder || (summary.data !== undefined && !summary.isFetching);

  async function act() {
    setBusy(true);
    setError(null);
    try {
      await remove(entry.key);
      onClose();
      onDeleted?.();
      await client.invalidateQueries({ queryKey: BUCKET_KEY });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  const title = entry.folder ? "Delete this folder?" : "Delete this file?";
  return (
    <Dialog onClose={onClose} title={title}>
      <Text className="r-wrap" fw={600} mb="xs">
        {entry.key}
      </Text>
      {entry.folder && !counted && !summary.isError && <Loading lines={1} what="Counting what it holds" />}
      {counted && (
        <Text mb="xs">
          {entry.folder
            ? `This deletes ${count(summary.data?.objects ?? 0, "object")}, ${bytesText(summary.data?.bytes ?? 0)}.`
            : entry.sizeBytes !== null && `This deletes ${bytesText(entry.sizeBytes)}.`}{" "}
          It cannot be undone.
        </Text>
      )}
      {summary.isError && <ErrorBox error={summary.error} onRetry={() => void summary.refetch()} />}
      {error !== null && <ErrorBox error={error} />}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep
        </Button>
        <Button color="red.8" disabled={!counted} loading={busy} onClick={() => void act()}>
          Delete{entry.folder && counted ? ` ${count(summary.data?.objects ?? 0, "object")}` : ""}
        </Button>
      </Group>
    </Dialog>
  );
}
