import { ActionIcon, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { MoreIcon } from "../../ui/icons";
import { archiveUrl, contentUrl, shareUrl } from "./api";
import type { Entry } from "./entries";

interface Props {
  readonly entry: Entry;
  readonly onDelete: () => void;
}

/** What can be done with a file or folder. */
export function EntryMenu({ entry, onDelete }: Props) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="dimmed" aria-label={`Actions of ${entry.name}`}>
          <MoreIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {entry.folder ? (
          <Menu.Item component="a" href={archiveUrl(entry.key)} download>
            Download as zip
          </Menu.Item>
        ) : (
          <>
            <Menu.Item component="a" href={contentUrl(entry.key)} download={entry.name}>
              Download
            </Menu.Item>
            <Menu.Item onClick={() => void copyLink(entry.key)}>Copy a link, valid for 1 h</Menu.Item>
          </>
        )}
        <Menu.Item color="var(--mantine-color-error)" onClick={onDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function copyLink(key: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(await shareUrl(key));
    notifications.show({ message: "The link is copied. Whoever has it can read the file for an hour." });
  } catch (error) {
    notifications.show({ color: "red", message: error instanceof Error ? error.message : String(error) });
  }
}
