import { useComputedColorScheme } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { Job } from "../../api/types";
import { numberText } from "../../ui/format";
import { Loading } from "../../ui/Loading";
import { Section } from "../../ui/Section";
import { colorOf } from "./colors";
import type { Overlay } from "./curves";
import { Mark } from "./Mark";
import styles from "./compare.module.css";

const Plot = lazy(async () => ({ default: (await import("../../ui/Plot")).Plot }));

interface Props {
  readonly overlay: Overlay;
  readonly jobs: readonly Job[];
}

/** One metric of all jobs over rounds, with the values under the pointer, or else the last ones. */
export function OverlayChart({ overlay, jobs }: Props) {
  const [hovered, setHovered] = useState<number | null>(null);
  const scheme = useComputedColorScheme("light");
  const series = jobs.map((job, at) => ({
    label: job.id,
    values: overlay.curves[at] ?? [],
    color: colorOf(at),
    wide: true,
  }));
  const round = hovered === null ? null : overlay.x[hovered];
  return (
    <Section title={overlay.name} flush>
      <div
        className={styles["plot"]}
        role="img"
        aria-label={`Curves of ${overlay.name}; the final values are in the table above`}
      >
        <Suspense fallback={<Loading what="Loading the chart" />}>
          <Plot key={scheme} handle={null} x={overlay.x} series={series} log={false} onHover={setHovered} />
        </Suspense>
      </div>
      <ul className={styles["values"]}>
        <li>{round == null ? "Last values" : `Round ${round}`}</li>
        {jobs.map((job, at) => (
          <li key={job.id} title={job.name}>
            <Mark place={at} />
            {shownValue(overlay.curves[at] ?? [], hovered)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function shownValue(values: readonly (number | null)[], hovered: number | null): string {
  const value = hovered === null ? values.findLast((each) => each !== null) : values[hovered];
  return value == null ? "–" : numberText(value);
}
