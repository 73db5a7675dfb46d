import { Progress } from "@mantine/core";

interface Props {
  readonly done: number;
  readonly all: number;
  readonly tone: string;
}

/** Shows how many rounds of a job are committed. */
export function RoundBar({ done, all, tone }: Props) {
  return (
    <div style={{ display: "flex", alignItems: "center", gap: 8 }}>
      <Progress.Root size={6} style={{ flex: 1, minWidth: 32 }}>
        <Progress.Section
          value={all > 0 ? (100 * done) / all : 0}
          color={`var(--r-${tone})`}
          aria-label={`${done} of ${all} rounds committed`}
        />
      </Progress.Root>
      <span className="r-numbers" style={{ fontSize: 12, whiteSpace: "nowrap" }}>
        {done} / {all}
      </span>
    </div>
  );
}
