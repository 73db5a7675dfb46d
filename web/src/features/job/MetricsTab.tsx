import { Anchor, Group, Slider, Switch, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { address } from "../../api/http";
import type { Job } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { isLive, jobPath } from "./api";
import { MetricChart } from "./MetricChart";
import styles from "./MetricsTab.module.css";
import { charts } from "./series";
import { useFeed } from "./useFeed";

/** A chart for each metric, global and by site. */
export function MetricsTab({ job }: { readonly job: Job }) {
  const { feed } = useFeed();
  const [smoothing, setSmoothing] = useState(0);
  const [log, setLog] = useState(false);
  const points = feed.metricPoints();
  const all = useMemo(() => charts(points), [points]);
  if (all.length === 0) {
    return (
      <Empty title="No metrics yet">
        {isLive(job) && "They appear with the first round, or as soon as the training function logs one."}
      </Empty>
    );
  }
  return (
    <>
      <Group gap="lg" mb="md">
        <div className={styles["smoothing"]}>
          <Text size="sm" id="smoothing">
            Smoothing
          </Text>
          <Slider
            aria-labelledby="smoothing"
            thumbLabel="Smoothing"
            className={styles["slider"]}
            min={0}
            max={0.95}
            step={0.05}
            value={smoothing}
            onChange={setSmoothing}
            label={(value) => value.toFixed(2)}
          />
        </div>
        <Switch label="Log scale" checked={log} onChange={(event) => setLog(event.currentTarget.checked)} />
        <Group gap="md" ml="auto">
          <Anchor component={Link} to={`/dashboard/compare?ids=${job.id}`} size="sm">
            Compare with other jobs
          </Anchor>
          <Anchor
            href={address(`${jobPath(job.id)}/metrics`, { format: "csv", maxPoints: 100_000 })}
            download={`${job.slug}-metrics.csv`}
            size="sm"
          >
            Download CSV
          </Anchor>
        </Group>
      </Group>
      <div className={styles["grid"]}>
        {all.map((data) => (
          <MetricChart key={`${data.over} ${data.name}`} data={data} smoothing={smoothing} log={log} />
        ))}
      </div>
    </>
  );
}
