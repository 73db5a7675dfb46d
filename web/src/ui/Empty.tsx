import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./boxes.module.css";

interface Props {
  readonly title: string;
  /** What to do about it. */
  readonly children?: ReactNode;
}

/** The form of a list without entries: says why, and what to do. */
export function Empty({ title, children }: Props) {
  return (
    <div className={styles["empty"]}>
      <Text fw={600} size="lg">
        {title}
      </Text>
      {children && <div>{children}</div>}
    </div>
  );
}
