import { useNow } from "./clock";
import { durationText } from "./format";

interface Props {
  readonly from: string | null | undefined;
  /** Absent while it goes on. */
  readonly to?: string | null | undefined;
}

/** Shows the time from one moment to another, or to now. */
export function Duration({ from, to }: Props) {
  const now = useNow();
  if (!from) return <span aria-label="not started">–</span>;
  const end = to ? new Date(to) : now;
  const seconds = (end.getTime() - new Date(from).getTime()) / 1000;
  return <span className="r-numbers">{durationText(to ? seconds : Math.max(0, Math.round(seconds)))}</span>;
}
