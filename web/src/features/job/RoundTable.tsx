import type { Job, Round } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { bytesText, count, durationText, numberText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { StateChip } from "../../ui/StateChip";
import { useRounds } from "./api";

const METRICS = 3;

/** Each round in numbers, newest first. */
export function RoundTable({ job }: { readonly job: Job }) {
  const rounds = useRounds(job.id);
  const newest = rounds.data?.slice().reverse();
  const names = [...new Set(rounds.data?.flatMap((round) => Object.keys(round.metrics)))].sort().slice(0, METRICS);
  return (
    <Section title="Rounds" flush>
      <DataTable
        label="rounds"
        columns={columns(names, job.shards)}
        rows={newest}
        rowKey={(round) => String(round.number)}
        error={rounds.error}
        onRetry={() => void rounds.refetch()}
        empty={<Empty title="No round yet" />}
        height="372px"
        dense
      />
    </Section>
  );
}

function columns(names: readonly string[], shards: number): readonly Column<Round>[] {
  return [
    { key: "number", header: "Round", width: "72px", cell: (round) => <strong>{round.number + 1}</strong> },
    { key: "state", header: "State", width: "130px", cell: (round) => <StateChip state={round.state} /> },
    {
      key: "seconds",
      header: "Took",
      width: "100px",
      cell: (round) => (round.seconds == null ? "–" : durationText(round.seconds)),
    },
    {
      key: "sites",
      header: "Sites",
      width: "130px",
      from: "medium",
      cell: (round) =>
        round.missing.length > 0 && round.state !== "open"
          ? `${round.contributions.length} of ${shards}`
          : count(round.contributions.length, "site"),
    },
    {
      key: "samples",
      header: "Samples",
      width: "110px",
      from: "medium",
      cell: (round) => round.samples.toLocaleString("en"),
    },
    {
      key: "bytes",
      header: "Received",
      width: "100px",
      from: "wide",
      cell: (round) => bytesText(round.contributions.reduce((sum, each) => sum + each.bytes, 0)),
    },
    ...names.map((name): Column<Round> => ({
      key: `metric ${name}`,
      header: name,
      from: "medium",
      cell: (round) => (round.metrics[name] === undefined ? "–" : numberText(round.metrics[name])),
    })),
  ];
}
