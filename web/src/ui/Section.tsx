import { Group, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import styles from "./Section.module.css";

interface Props {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  /** Whether the content goes to the edges, as a table does. */
  readonly flush?: boolean;
}

/** A titled part of a page. */
export function Section({ title, actions, children, flush = false }: Props) {
  const id = useId();
  return (
    <section className={`r-card ${styles["section"]}`} aria-labelledby={id}>
      <Group justify="space-between" className={styles["head"]} gap="xs">
        <Title order={2} id={id}>
          {title}
        </Title>
        {actions}
      </Group>
      <div className={flush ? undefined : styles["body"]}>{children}</div>
    </section>
  );
}
