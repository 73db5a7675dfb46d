import { Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import styles from "./boxes.module.css";

interface Props {
  readonly text: string;
  /** What it is, for screen readers. */
  readonly label: string;
}

/** Shows lines to copy, with the button that copies them. */
export function CopyBlock({ text, label }: Props) {
  const clipboard = useClipboard({ timeout: 2_000 });
  return (
    <div className={styles["copy"]}>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Button size="compact-xs" variant="default" onClick={() => clipboard.copy(text)} aria-label={`Copy: ${label}`}>
        {clipboard.copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
