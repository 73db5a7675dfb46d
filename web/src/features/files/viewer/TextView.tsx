import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useBlocker } from "react-router";
import { ErrorBox } from "../../../ui/ErrorBox";
import { bytesText } from "../../../ui/format";
import { Loading } from "../../../ui/Loading";
import { BUCKET_KEY } from "../api";
import { endingOf, nameOf } from "../paths";
import { ConflictDialog } from "./ConflictDialog";
import { LeaveDialog } from "./LeaveDialog";
import { type Outcome, saveText, serverStore, type Version } from "./saving";
import styles from "./viewer.module.css";

const CodeEditor = lazy(() => import("../../../ui/CodeEditor"));

interface Props {
  readonly fileKey: string;
  readonly opened: Version;
}

type Conflict = Extract<Outcome, { is: "conflict" }>;

/** A small text: read it, edit it, save it over the version that was read. */
export function TextView({ fileKey, opened }: Props) {
  const client = useQueryClient();
  const [saved, setSaved] = useState(opened);
  const [text, setText] = useState(opened.text);
  const [shown, setShown] = useState(opened.text);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const dirty = text !== saved.text;
  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  async function save(over: string | null) {
    setBusy(true);
    setError(null);
    try {
      const outcome = await saveText(serverStore, fileKey, text, over);
      if (outcome.is === "saved") {
        setSaved(outcome.version);
        setConflict(null);
        await client.invalidateQueries({ queryKey: [...BUCKET_KEY, "listing"] });
      } else {
        setConflict(outcome);
      }
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  function take(theirs: Version) {
    setSaved(theirs);
    setText(theirs.text);
    setShown(theirs.text);
    setConflict(null);
  }

  return (
    <>
      <div className={styles["bar"]}>
        <span role="status">
          {dirty ? "Changed, not saved" : "As it is in the bucket"}, {bytesText(new Blob([text]).size)}
        </span>
        <Group gap="xs">
          <Button variant="default" size="xs" disabled={!dirty} onClick={() => take({ ...saved })}>
            Undo all
          </Button>
          <Button size="xs" disabled={!dirty} loading={busy} onClick={() => void save(saved.etag)}>
            Save
          </Button>
        </Group>
      </div>
      {error !== null && <ErrorBox error={error} />}
      <Suspense fallback={<Loading lines={8} what="Loading the editor" />}>
        <div className={styles["editor"]}>
          <CodeEditor
            label={`Text of ${nameOf(fileKey)}`}
            ending={endingOf(fileKey)}
            text={shown}
            onChange={setText}
            onSave={() => dirty && void save(saved.etag)}
          />
        </div>
      </Suspense>
      {conflict && (
        <ConflictDialog
          fileKey={fileKey}
          mine={text}
          theirs={conflict.theirs}
          busy={busy}
          onMine={() => void save(conflict.theirs?.etag ?? null)}
          onTheirs={take}
          onClose={() => setConflict(null)}
        />
      )}
      {blocker.state === "blocked" && <LeaveDialog onLeave={() => blocker.proceed()} onStay={() => blocker.reset()} />}
    </>
  );
}
