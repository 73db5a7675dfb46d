import { Button, Group, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Dialog } from "../../../ui/Dialog";
import { Loading } from "../../../ui/Loading";
import { nameOf } from "../paths";
import type { Version } from "./saving";

const TextDiff = lazy(() => import("./TextDiff"));

interface Props {
  readonly fileKey: string;
  readonly mine: string;
  /** Null where the file was deleted. */
  readonly theirs: Version | null;
  readonly busy: boolean;
  readonly onMine: () => void;
  readonly onTheirs: (theirs: Version) => void;
  readonly onClose: () => void;
}

/** Shows both versions of a file that was changed while somebody edited it, and lets them choose. */
export function ConflictDialog({ fileKey, mine, theirs, busy, onMine, onTheirs, onClose }: Props) {
  return (
    <Dialog wide onClose={onClose} title={`${nameOf(fileKey)} has changed meanwhile`}>
      <Text mb="sm">
        {theirs
          ? "Somebody saved it after you opened it. Left is what is in the bucket now, right is your version."
          : "It was deleted, or is no text any more. Your version is still here."}
      </Text>
      {theirs && (
        <Suspense fallback={<Loading lines={6} what="Loading both versions" />}>
          <TextDiff fileKey={fileKey} theirs={theirs.text} mine={mine} />
        </Suspense>
      )}
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          Go on editing
        </Button>
        {theirs && (
          <Button variant="default" onClick={() => onTheirs(theirs)}>
            Take theirs, drop mine
          </Button>
        )}
        <Button color="red.8" loading={busy} onClick={onMine}>
          {theirs ? "Save mine over it" : "Save mine"}
        </Button>
      </Group>
    </Dialog>
  );
}
