import { Button, type ButtonProps, Group, Modal, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { ErrorBox } from "./ErrorBox";

interface Props {
  readonly label: string;
  /** The question, as the dialogue's title. */
  readonly question: string;
  /** What will happen, in numbers where there are any. */
  readonly children: ReactNode;
  readonly confirm: string;
  readonly onConfirm: () => Promise<unknown>;
  readonly button?: ButtonProps;
  readonly dangerous?: boolean;
}

/** A button that asks once before it does what cannot be undone. A refusal is shown in the same dialogue. */
export function ConfirmButton({ label, question, children, confirm, onConfirm, button, dangerous = true }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function act() {
    setBusy(true);
    setError(null);
    try {
      await onConfirm();
      setOpen(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button variant="default" {...button} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal.Root opened={open} onClose={() => setOpen(false)} centered>
        <Modal.Overlay />
        <Modal.Content>
          {/* Without Mantine's head, which would count as a second banner of the page. */}
          <Modal.Body>
            <Modal.Title fw={600} mb="xs">
              {question}
            </Modal.Title>
            <Text mb="md" component="div" className="r-wrap">
              {children}
            </Text>
            {error !== null && <ErrorBox error={error} />}
            <Group justify="flex-end" mt="md" gap="xs">
              <Button variant="default" onClick={() => setOpen(false)}>
                Keep
              </Button>
              <Button
                {...(dangerous ? { color: "red.8" } : {})}
                loading={busy}
                onClick={() => void act()}
                data-autofocus
              >
                {confirm}
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
