import "uplot/dist/uPlot.min.css";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import uPlot from "uplot";
import { numberText } from "./format";

export interface PlotHandle {
  /** Returns what is drawn as a PNG. */
  readonly picture: () => Promise<Blob | null>;
}

export interface PlotSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Name of the CSS variable. */
  readonly color: string;
  readonly wide: boolean;
}

interface Props {
  readonly handle: Ref<PlotHandle>;
  readonly x: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly log: boolean;
  readonly onHover: (index: number | null) => void;
}

// Charts of one page show the same place.
const SYNC = uPlot.sync("metrics");

/** Draws curves onto a canvas. New values are drawn into the chart that is there; what changes its form makes a new one. */
export function Plot({ handle, x, series, log, onHover }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const form = `${log} ${series.map((each) => `${each.label} ${each.color}`).join("\n")}`;
  const data = aligned(x, series, log);
  const latest = useRef({ data, series, onHover });
  useEffect(() => {
    latest.current = { data, series, onHover };
  });

  useImperativeHandle(handle, () => ({
    picture: () => new Promise((resolve) => (plot.current ? plot.current.ctx.canvas.toBlob(resolve) : resolve(null))),
  }));

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const { series: curves, data: values } = latest.current;
    const made = new uPlot(
      options(element, curves, log, (at) => latest.current.onHover(at)),
      values,
      element,
    );
    plot.current = made;
    const resizes = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resizes.observe(element);
    return () => {
      resizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [form, log]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  return <div ref={place} style={{ height: "100%" }} />;
}

function aligned(x: readonly number[], series: readonly PlotSeries[], log: boolean): uPlot.AlignedData {
  // A logarithm has no place for values that are not above zero.
  const drawn = (value: number | null) => (log && value !== null && value <= 0 ? null : value);
  return [[...x], ...series.map((each) => each.values.map(drawn))];
}

function tickText(tick: number): string {
  return numberText(tick)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

function options(
  element: HTMLElement,
  series: readonly PlotSeries[],
  log: boolean,
  onHover: (index: number | null) => void,
): uPlot.Options {
  const css = getComputedStyle(element);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: color("--mantine-color-dimmed"),
    font: `11px ${css.fontFamily}`,
    grid: { stroke: color("--r-line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    cursor: { sync: { key: SYNC.key }, points: { size: 7 }, y: false, drag: { x: true, y: false } },
    scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
    axes: [
      { ...axis, size: 28, space: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6] },
      { ...axis, size: 58, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : tickText(tick))) },
    ],
    series: [
      {},
      ...series.map((each) => ({
        label: each.label,
        stroke: color(each.color),
        width: each.wide ? 2.5 : 1.25,
        spanGaps: true,
        points: { show: false },
      })),
    ],
    hooks: { setCursor: [(chart) => onHover(chart.cursor.idx ?? null)] },
  };
}
