import { Button, Group, Text } from "@mantine/core";
import { Dialog } from "../../../ui/Dialog";

interface Props {
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

/** Asks before changes that are not saved are lost. */
export function LeaveDialog({ onLeave, onStay }: Props) {
  return (
    <Dialog onClose={onStay} title="Leave without saving?">
      <Text>What you changed in this file is not saved.</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onStay} data-autofocus>
          Stay
        </Button>
        <Button color="red.8" onClick={onLeave}>
          Leave
        </Button>
      </Group>
    </Dialog>
  );
}
