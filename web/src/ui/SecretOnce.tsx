import { Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./boxes.module.css";
import { CopyBlock } from "./CopyBlock";

interface Props {
  readonly title: string;
  readonly secret: string;
  /** What it is, for screen readers. */
  readonly label: string;
  /** More that is made of the secret, such as an env block. */
  readonly children?: ReactNode;
  readonly onDone: () => void;
}

/** Shows a secret the only time that the server tells it. */
export function SecretOnce({ title, secret, label, children, onDone }: Props) {
  return (
    <div className={styles["once"]} role="status">
      <Group justify="space-between" gap="xs" mb={4}>
        <Text fw={600}>{title}</Text>
        <Button size="compact-sm" variant="default" onClick={onDone}>
          I have saved it
        </Button>
      </Group>
      <Text size="sm" mb="xs">
        It is shown now and never again.
      </Text>
      <CopyBlock label={label} text={secret} />
      {children}
    </div>
  );
}
