import { Group, Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A dialogue over the page. Mantine's own head of one would be a second banner of the page to a screen reader. */
export function Dialog({ title, onClose, wide = false, children }: Props) {
  return (
    <Modal.Root opened onClose={onClose} centered size={wide ? "xl" : "md"}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
            <Modal.Title fw={600} className="r-wrap">
              {title}
            </Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
