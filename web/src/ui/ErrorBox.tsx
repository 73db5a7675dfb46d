import { Button, Group, Text } from "@mantine/core";
import { ApiError } from "../api/http";
import styles from "./boxes.module.css";

interface Props {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

/** Shows what went wrong, what to do and the request id that an operator can look up. */
export function ErrorBox({ error, onRetry }: Props) {
  const problem = error instanceof ApiError ? error : null;
  return (
    <div role="alert" className={styles["error"]}>
      <Text fw={600} size="md" className="r-wrap">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      {problem?.hint && <Text className="r-wrap">{problem.hint}</Text>}
      <Group gap="md" mt={problem?.requestId || onRetry ? 8 : 0}>
        {onRetry && (
          <Button variant="default" size="xs" onClick={onRetry}>
            Try again
          </Button>
        )}
        {problem?.requestId && (
          <Text size="xs" c="dimmed">
            {problem.code}, request <code>{problem.requestId}</code>
          </Text>
        )}
      </Group>
    </div>
  );
}
