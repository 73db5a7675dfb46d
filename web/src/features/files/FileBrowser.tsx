import { Button, Group, Paper } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { DownloadIcon } from "../../ui/icons";
import { archiveUrl, contentUrl } from "./api";
import { Crumbs } from "./Crumbs";
import { DeleteDialog } from "./DeleteDialog";
import styles from "./files.module.css";
import { FolderView } from "./FolderView";
import { nameOf } from "./paths";
import { type Place, usePlace } from "./place";
import { DropZone } from "./upload/DropZone";
import { UploadButtons } from "./upload/UploadButtons";
import { UploadPanel } from "./upload/UploadPanel";
import { FileView } from "./viewer/FileView";

interface Props {
  /** The prefix that it does not leave: empty, or with a slash at its end. */
  readonly root: string;
  /** What the root is called. */
  readonly rootLabel: string;
  /** The job whose files these are, where they are one's. */
  readonly jobId?: string;
}

/** Files below a prefix: folders, their files, and a view of each. Where it stands is in the page's address. */
export function FileBrowser({ root, rootLabel, jobId }: Props) {
  const place = usePlace(root);
  return (
    <>
      <UploadPanel />
      <DropZone prefix={place.file === null ? place.prefix : null}>
        <Paper className="r-card" p={0}>
          <div className={styles["bar"]}>
            <Crumbs root={root} rootLabel={rootLabel} place={place} />
            {place.file === null ? (
              <FolderActions prefix={place.prefix} />
            ) : (
              <FileActions fileKey={place.file} place={place} />
            )}
          </div>
          {place.file === null ? (
            <FolderView key={place.prefix} place={place} />
          ) : (
            <FileView key={place.file} fileKey={place.file} jobId={jobId} />
          )}
        </Paper>
      </DropZone>
    </>
  );
}

function FolderActions({ prefix }: { readonly prefix: string }) {
  return (
    <Group gap="xs">
      <UploadButtons prefix={prefix} />
      {prefix !== "" && <Download href={archiveUrl(prefix)} label="Folder as zip" />}
    </Group>
  );
}

function FileActions({ fileKey, place }: { readonly fileKey: string; readonly place: Place }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const entry = { key: fileKey, name: nameOf(fileKey), folder: false, sizeBytes: null, modifiedAt: null };
  return (
    <Group gap="xs">
      <Download href={contentUrl(fileKey)} label="Download" name={entry.name} />
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && (
        <DeleteDialog
          entry={entry}
          onClose={() => setAsking(false)}
          onDeleted={() => void navigate(place.to(place.prefix), { replace: true })}
        />
      )}
    </Group>
  );
}

function Download({
  href,
  label,
  name = "",
}: {
  readonly href: string;
  readonly label: string;
  readonly name?: string;
}) {
  return (
    <Button component="a" href={href} download={name} variant="default" size="xs" leftSection={<DownloadIcon />}>
      {label}
    </Button>
  );
}
