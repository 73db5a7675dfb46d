import { Button } from "@mantine/core";
import { useComputedColorScheme } from "@mantine/core";
import { useRef, useState } from "react";
import { numberText } from "../../ui/format";
import { Section } from "../../ui/Section";
import styles from "./MetricsTab.module.css";
import { Plot, type PlotHandle } from "../../ui/Plot";
import { saveFile } from "./saveFile";
import { type ChartData, smoothed } from "./series";

const COLORS = 8;

interface Props {
  readonly data: ChartData;
  readonly smoothing: number;
  readonly log: boolean;
}

/** One metric's curves, with the values under the pointer, or else the latest. */
export function MetricChart({ data, smoothing, log }: Props) {
  const plot = useRef<PlotHandle>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const scheme = useComputedColorScheme("light");
  const series = data.series.map((each, at) => ({
    label: each.label,
    values: smoothing > 0 ? smoothed(each.values, smoothing) : each.values,
    color: `--r-series-${at % COLORS}`,
    wide: each.label === "global",
  }));
  const at = hovered ?? data.x.length - 1;
  const where = data.over === "round" ? `Round ${data.x[at] ?? 0}` : `Step ${(data.x[at] ?? 0).toLocaleString("en")}`;

  async function png() {
    const blob = await plot.current?.picture();
    if (blob) saveFile(`${data.name.replaceAll("/", "_")}.png`, blob);
  }

  return (
    <Section
      title={data.over === "step" ? `${data.name} by step` : data.name}
      flush
      actions={
        <Button size="compact-xs" variant="subtle" onClick={() => void png()} aria-label={`Save ${data.name} as PNG`}>
          PNG
        </Button>
      }
    >
      <div
        className={styles["plot"]}
        role="img"
        aria-label={`Curves of ${data.name}; their values are in the table below`}
      >
        <Plot key={scheme} handle={plot} x={data.x} series={series} log={log} onHover={setHovered} />
      </div>
      <div className={styles["legend"]} tabIndex={0} role="region" aria-label={`Values of ${data.name}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{where}</th>
              <th scope="col">value</th>
              <th scope="col">min</th>
              <th scope="col">max</th>
            </tr>
          </thead>
          <tbody>
            {series.map((each) => (
              <tr key={each.label}>
                <th scope="row">
                  <i className={styles["key"]} style={{ background: `var(${each.color})` }} aria-hidden />
                  {each.label}
                </th>
                <td>{shownValue(each.values[at], hovered === null ? each.values : [])}</td>
                <td>{extreme(each.values, Math.min)}</td>
                <td>{extreme(each.values, Math.max)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** The value at a place; without one there, the latest of the others. */
function shownValue(value: number | null | undefined, others: readonly (number | null)[]): string {
  const found = value ?? others.findLast((each) => each !== null);
  return found == null ? "–" : numberText(found);
}

function extreme(values: readonly (number | null)[], choose: (a: number, b: number) => number): string {
  const known = values.filter((each) => each !== null);
  return known.length > 0 ? numberText(known.reduce((a, b) => choose(a, b))) : "–";
}
