import type { Job } from "../../api/types";
import { numberText } from "../../ui/format";
import { mainMetric } from "../../ui/mainMetric";
import { Sparkline } from "../../ui/Sparkline";
import { Fact } from "./JobHeader";
import { useFeed } from "./useFeed";

/** Shows the metric by which one judges the job, with the way it took. */
export function MainMetric({ job }: { readonly job: Job }) {
  const { feed } = useFeed();
  const name = mainMetric(job);
  if (!name) return null;
  const values = feed
    .metricPoints()
    .filter((point) => point.scope === "global" && point.name === name && point.step == null)
    .map((point) => point.value);
  const value = values[values.length - 1] ?? job.metrics[name] ?? NaN;
  return (
    <Fact label={name}>
      <span style={{ display: "flex", alignItems: "center", gap: 8 }} className="r-numbers">
        {numberText(value)}
        {values.length > 1 && <Sparkline values={values} label={`${name} by round`} />}
      </span>
    </Fact>
  );
}
