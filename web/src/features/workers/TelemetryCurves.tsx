import { Text } from "@mantine/core";
import type { Telemetry } from "../../api/types";
import { durationText, megabytesText } from "../../ui/format";
import styles from "./workers.module.css";

const WIDTH = 240;
const HEIGHT = 64;

/** The way that a machine's load takes. */
export function TelemetryCurves({ history }: { readonly history: readonly Telemetry[] }) {
  const last = history[history.length - 1];
  const first = history[0];
  if (!last || !first) return <Text c="dimmed">This worker has not told its load yet.</Text>;
  const span = (Date.parse(last.time) - Date.parse(first.time)) / 1000;
  return (
    <div>
      <Text size="xs" c="dimmed" mb="xs">
        {span > 0 ? `The last ${durationText(span)}` : "The curves begin now"}
      </Text>
      <div className={styles["curves"]}>
        <Curve
          label="Processors"
          text={`${Math.round(last.cpuPercent)} % of ${last.cores} cores`}
          shares={history.map((each) => each.cpuPercent / 100)}
        />
        <Curve
          label="Memory"
          text={`${megabytesText(last.memoryMb - last.freeMemoryMb)} of ${megabytesText(last.memoryMb)}`}
          shares={history.map((each) => used(each.memoryMb, each.freeMemoryMb))}
        />
        {last.gpus.map((gpu, at) => (
          <Curve
            key={gpu.uuid}
            label={`GPU ${at + 1}`}
            text={`${gpu.utilizationPercent == null ? "use not known" : `${Math.round(gpu.utilizationPercent)} %`}${gpu.temperatureCelsius == null ? "" : `, ${Math.round(gpu.temperatureCelsius)} °C`}`}
            shares={history.map((each) => (each.gpus[at]?.utilizationPercent ?? 0) / 100)}
          />
        ))}
        {last.gpus.map((gpu, at) => (
          <Curve
            key={`${gpu.uuid} memory`}
            label={`GPU ${at + 1} memory`}
            text={`${megabytesText(gpu.memoryMb - gpu.freeMemoryMb)} of ${megabytesText(gpu.memoryMb)}`}
            shares={history.map((each) => used(each.gpus[at]?.memoryMb ?? 0, each.gpus[at]?.freeMemoryMb ?? 0))}
          />
        ))}
      </div>
      {last.gpus
        .filter((gpu) => !gpu.usable)
        .map((gpu) => (
          <Text key={gpu.uuid} size="sm" mt="xs" c="var(--mantine-color-error)" className="r-wrap">
            {gpu.reason ?? `${gpu.model} is not usable`}
          </Text>
        ))}
    </div>
  );
}

function used(all: number, free: number): number {
  return all > 0 ? (all - free) / all : 0;
}

interface CurveProps {
  readonly label: string;
  readonly text: string;
  /** From 0 to 1: the whole height is all there is, so that curves can be compared. */
  readonly shares: readonly number[];
}

function Curve({ label, text, shares }: CurveProps) {
  const step = WIDTH / Math.max(1, shares.length - 1);
  const points = shares.map((share, at) => {
    const y = HEIGHT - 2 - Math.min(1, Math.max(0, share)) * (HEIGHT - 4);
    return `${(at * step).toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <figure className={styles["curve"]}>
      <figcaption>
        <span>{label}</span>
        <span className="r-numbers">{text}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${label}: ${text}`}>
        <polygon
          points={`0,${HEIGHT} ${points.join(" ")} ${((shares.length - 1) * step).toFixed(1)},${HEIGHT}`}
          fill="var(--r-series-0)"
          opacity="0.15"
        />
        <polyline
          points={points.join(" ")}
          fill="none"
          stroke="var(--r-series-0)"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </figure>
  );
}
