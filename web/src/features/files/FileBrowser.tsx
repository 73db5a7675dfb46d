import { Button, Group, Paper } from "@mantine/core";
import { DownloadIcon } from "../../ui/icons";
import { archiveUrl } from "./api";
import { Crumbs } from "./Crumbs";
import styles from "./files.module.css";
import { FolderView } from "./FolderView";
import { usePlace } from "./place";

interface Props {
  /** The prefix that it does not leave: empty, or with a slash at its end. */
  readonly root: string;
  /** What the root is called. */
  readonly rootLabel: string;
  /** The job whose files these are, where they are one's. */
  readonly jobId?: string;
}

/** Files below a prefix: folders, their files, and a view of each. Where it stands is in the page's address. */
export function FileBrowser({ root, rootLabel }: Props) {
  const place = usePlace(root);
  return (
    <Paper className="r-card" p={0}>
      <div className={styles["bar"]}>
        <Crumbs root={root} rootLabel={rootLabel} place={place} />
        <Group gap="xs">
          <Button
            component="a"
            href={archiveUrl(place.prefix)}
            download
            variant="default"
            size="xs"
            leftSection={<DownloadIcon />}
          >
            Folder as zip
          </Button>
        </Group>
      </div>
      <FolderView key={place.prefix} place={place} />
    </Paper>
  );
}
