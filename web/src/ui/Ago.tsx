import { Tooltip } from "@mantine/core";
import { useNow } from "./clock";
import { agoText, exactText } from "./format";

/** Shows a time as how long ago it was; the exact one on hover and focus. */
export function Ago({ time }: { readonly time: string | null | undefined }) {
  const now = useNow();
  if (!time) return <span>never</span>;
  const date = new Date(time);
  return (
    <Tooltip label={exactText(date)}>
      <time dateTime={time} className="r-numbers">
        {agoText(date, now)}
      </time>
    </Tooltip>
  );
}
