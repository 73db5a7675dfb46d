import { Anchor, Text, Title } from "@mantine/core";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { JobFailure } from "../../api/types";
import { count } from "../../ui/format";
import { reasonWords } from "../../ui/reasons";
import styles from "./FailurePanel.module.css";
import { LogText } from "../../ui/LogText";

const FAULT: Readonly<Record<string, string>> = {
  user: "in the job's own code or settings",
  data: "in the job's data",
  platform: "of the platform",
  resources: "of the machines' resources",
};

/** Why the job failed, what to do, and the lines that prove it, without a click. */
export function FailurePanel({ failure, logs }: { readonly failure: JobFailure; readonly logs: string }) {
  return (
    <section className={styles["panel"]} aria-labelledby="failure">
      <Title order={2} id="failure" className={styles["title"]}>
        {reasonWords(failure.reason)}
        {failure.site && <span className={styles["site"]}> on {failure.site}</span>}
      </Title>
      <Text className="r-wrap" mt={4}>
        {failure.message}
      </Text>
      <div className={styles["remedy"]}>
        <Text fw={600} size="sm">
          What to do
        </Text>
        <Text className="r-wrap">{failure.remedy}</Text>
      </div>
      <Tail failure={failure} />
      <Text size="xs" c="dimmed" mt="xs">
        <code>{failure.reason}</code> · the fault is {FAULT[failure.category] ?? failure.category} ·{" "}
        {failure.retriable ? "sending it again may help" : "sending it again as it is will not help"} ·{" "}
        <Anchor component={Link} to={logs} size="xs" underline="always">
          all log lines
        </Anchor>{" "}
        ·{" "}
        <Anchor href={failure.helpUrl} target="_blank" rel="noopener" size="xs" underline="always">
          about this reason
        </Anchor>
      </Text>
    </section>
  );
}

function Tail({ failure }: { readonly failure: JobFailure }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The last line is the one that says it.
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [failure]);
  if (failure.logTail.length === 0) return null;
  return (
    <div
      ref={frame}
      className={styles["log"]}
      tabIndex={0}
      role="region"
      aria-label={`The last ${count(failure.logTail.length, "log line")} of ${failure.site ?? "the server"}`}
    >
      {failure.logTail.map((line) => (
        <div key={line.seq} className={line.level === "error" ? styles["bad"] : undefined}>
          <LogText text={line.message} />
        </div>
      ))}
    </div>
  );
}
