import { Text } from "@mantine/core";
import type { Assignment, Job, Round } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { bytesText, count, durationText, numberText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { Sparkline } from "../../ui/Sparkline";
import { StateChip } from "../../ui/StateChip";
import { isLive } from "./api";
import { Fact } from "./JobHeader";
import { Machine } from "./Machine";
import styles from "./WorkersTab.module.css";

interface Props {
  readonly job: Job;
  /** Of one site, the latest last. */
  readonly attempts: readonly Assignment[];
  readonly rounds: readonly Round[];
}

/** One site of a job. */
export function SiteCard({ job, attempts, rounds }: Props) {
  const latest = attempts[attempts.length - 1];
  if (!latest) return null;
  const given = rounds.flatMap((round) => round.contributions.filter((each) => each.shard === latest.shard));
  const last = given[given.length - 1];
  const bytes = given.reduce((sum, each) => sum + each.bytes, 0);
  return (
    <Section title={latest.site} actions={<StateChip state={latest.state} />}>
      <Text fw={600} className="r-wrap">
        {latest.workerName || latest.workerId}
      </Text>
      <Text size="xs" c="dimmed">
        last seen <Ago time={latest.lastSeenAt} />
        {latest.silentSince && (
          <>
            , silent since <Ago time={latest.silentSince} />
          </>
        )}
      </Text>
      <dl className={styles["facts"]}>
        <Fact label="Samples a round">{last ? last.samples.toLocaleString("en") : "–"}</Fact>
        <Fact label="Training a round">{last ? durationText(last.seconds) : "–"}</Fact>
        <Fact label="Sent">{bytesText(bytes)}</Fact>
        <Fact label="Rounds">{count(given.length, "round")}</Fact>
        <Fact label="Seconds by round">
          <Sparkline
            values={given.map((each) => each.seconds)}
            label={`Seconds of training by round of ${latest.site}`}
          />
        </Fact>
        {Object.entries(last?.metrics ?? {})
          .slice(0, 1)
          .map(([name, value]) => (
            <Fact key={name} label={name}>
              {numberText(value)}
            </Fact>
          ))}
      </dl>
      <Machine workerId={latest.workerId} live={isLive(job)} />
      {attempts.length > 1 && (
        <>
          <Text size="xs" c="dimmed" mt="sm">
            Attempts
          </Text>
          <ol className={styles["attempts"]}>
            {attempts.map((each) => (
              <li key={each.id}>
                {each.attempt}. {each.workerName || each.workerId} <StateChip state={each.state} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Section>
  );
}
