import type { Round } from "../../api/types";

export type Step = "broadcast" | "training" | "return" | "aggregation";

/** One bar: what a site or the server did, from when to when (milliseconds since the epoch). */
export interface Bar {
  readonly round: number;
  readonly step: Step;
  readonly from: number;
  readonly to: number;
  /** Whether it goes on. */
  readonly open: boolean;
}

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface Gantt {
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
}

/** Lays rounds out over time: a lane for each site, and one for what the server did with their updates.
 *
 * @param sites how many there are; one that has given nothing yet has a lane too
 * @param now   where what goes on ends, in milliseconds
 */
export function gantt(rounds: readonly Round[], sites: number, now: number): Gantt | null {
  const first = rounds[0];
  if (!first) return null;
  const from = time(first.startedAt);
  const ends = rounds.map((round) => time(round.committedAt ?? round.closedAt) || (round.state === "open" ? now : 0));
  const to = Math.max(from + 1_000, ...ends);
  const names = Array.from({ length: sites }, (_, shard) => `site-${shard + 1}`);
  const lanes = names.map((name, shard) => ({
    name,
    bars: rounds.flatMap((round) => siteBars(round, shard, now)),
  }));
  return { from, to, lanes: [...lanes, { name: "server", bars: rounds.flatMap((round) => serverBars(round, now)) }] };
}

function siteBars(round: Round, shard: number, now: number): readonly Bar[] {
  const given = round.contributions.find((each) => each.shard === shard);
  const start = time(round.startedAt);
  if (!given) {
    // What an open round's site does is not known before its update comes: it is at work.
    return round.state === "open" ? [{ round: round.number, step: "training", from: start, to: now, open: true }] : [];
  }
  const [began, came] = [time(given.startedAt), time(given.receivedAt)];
  // The site's own clock counts the training; what is left before the update came is its way here.
  const done = Math.min(came, began + given.seconds * 1000);
  const bar = (step: Step, from: number, to: number): Bar => ({ round: round.number, step, from, to, open: false });
  return [bar("broadcast", start, began), bar("training", began, done), bar("return", done, came)].filter(
    (each) => each.to > each.from,
  );
}

function serverBars(round: Round, now: number): readonly Bar[] {
  if (round.closedAt == null) return [];
  const to = round.committedAt == null ? (round.state === "abandoned" ? null : now) : time(round.committedAt);
  if (to === null) return [];
  return [
    { round: round.number, step: "aggregation", from: time(round.closedAt), to, open: round.committedAt == null },
  ];
}

function time(text: string | null | undefined): number {
  return text ? new Date(text).getTime() : 0;
}
