import { Progress, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Telemetry, Worker } from "../../api/types";
import { megabytesText } from "../../ui/format";
import { Sparkline } from "../../ui/Sparkline";
import { useWorker } from "./api";
import styles from "./WorkersTab.module.css";

// Two minutes of the two-second telemetry.
const KEPT = 60;

/** The machine of a site: its load now, and since this page was opened. */
export function Machine({ workerId, live }: { readonly workerId: string; readonly live: boolean }) {
  const worker = useWorker(workerId, live);
  const history = useHistory(worker.data?.telemetry ?? null);
  if (worker.error && !worker.data) {
    return (
      <Text size="xs" c="dimmed" mt="sm">
        The worker has left, so its machine cannot be shown.
      </Text>
    );
  }
  if (!worker.data) return null;
  const now = worker.data.telemetry;
  return (
    <div className={styles["machine"]}>
      <Text size="xs" c="dimmed">
        {device(worker.data)}
      </Text>
      {now && (
        <>
          <Gauge
            label="CPU"
            percent={now.cpuPercent}
            text={`${Math.round(now.cpuPercent)} % of ${now.cores} cores`}
            history={history.map((each) => each.cpuPercent)}
          />
          <Gauge
            label="Memory"
            percent={share(now.memoryMb - now.freeMemoryMb, now.memoryMb)}
            text={`${megabytesText(now.memoryMb - now.freeMemoryMb)} of ${megabytesText(now.memoryMb)}`}
            history={history.map((each) => each.memoryMb - each.freeMemoryMb)}
          />
          {now.gpus.map((gpu, at) => (
            <Gauge
              key={gpu.uuid}
              label={`GPU ${at + 1}`}
              percent={gpu.utilizationPercent ?? share(gpu.memoryMb - gpu.freeMemoryMb, gpu.memoryMb)}
              text={`${gpu.utilizationPercent == null ? "–" : `${Math.round(gpu.utilizationPercent)} %`}, ${megabytesText(gpu.memoryMb - gpu.freeMemoryMb)} of ${megabytesText(gpu.memoryMb)}`}
              history={history.map((each) => each.gpus[at]?.utilizationPercent ?? 0)}
            />
          ))}
        </>
      )}
    </div>
  );
}

function device(worker: Worker): string {
  const memory = megabytesText(worker.memoryMb);
  return worker.device === "cuda" ? `${worker.model}, ${memory}` : `CPU only, ${memory} of memory`;
}

/** Keeps what came while the page is open: the server keeps only the latest. */
function useHistory(latest: Telemetry | null): readonly Telemetry[] {
  const [history, setHistory] = useState<readonly Telemetry[]>([]);
  const time = latest?.time;
  useEffect(() => {
    if (latest) setHistory((before) => [...before, latest].slice(-KEPT));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one entry a measurement, and its time names it
  }, [time]);
  return history;
}

function share(part: number, whole: number): number {
  return whole > 0 ? (100 * part) / whole : 0;
}

interface GaugeProps {
  readonly label: string;
  readonly percent: number;
  readonly text: string;
  readonly history: readonly number[];
}

function Gauge({ label, percent, text, history }: GaugeProps) {
  return (
    <div className={styles["gauge"]}>
      <span>{label}</span>
      <Progress.Root size={6}>
        <Progress.Section value={percent} color="var(--r-series-2)" aria-label={`${label}: ${text}`} />
      </Progress.Root>
      <Sparkline values={history} label={`${label} since this page was opened`} />
      <small className="r-numbers">{text}</small>
    </div>
  );
}
