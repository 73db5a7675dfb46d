import { Button, Group, Modal, Text } from "@mantine/core";

interface Props {
  readonly onLeave: () => void;
  readonly onStay: () => void;
}

/** Asks before changes that are not saved are lost. */
export function LeaveDialog({ onLeave, onStay }: Props) {
  return (
    <Modal opened onClose={onStay} title="Leave without saving?" centered closeButtonProps={{ "aria-label": "Close" }}>
      <Text>What you changed in this file is not saved.</Text>
      <Group justify="flex-end" mt="md" gap="xs">
        <Button variant="default" onClick={onStay} data-autofocus>
          Stay
        </Button>
        <Button color="red.8" onClick={onLeave}>
          Leave
        </Button>
      </Group>
    </Modal>
  );
}
