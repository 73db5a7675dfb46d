import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Worker } from "../../api/types";
import { Ago } from "../../ui/Ago";
import type { Column } from "../../ui/DataTable";
import { megabytesText, priceText } from "../../ui/format";
import { deviceText } from "../../ui/machine";
import { StateChip } from "../../ui/StateChip";
import styles from "./workers.module.css";

/** Returns the columns of the list of workers. */
export function workerColumns(user: string): readonly Column<Worker>[] {
  return [
    { key: "name", header: "Name", cell: (worker) => <Name worker={worker} user={user} /> },
    {
      key: "state",
      header: "State",
      width: "120px",
      cell: (worker) => <StateChip state={worker.quarantine ? "quarantined" : worker.state} />,
    },
    {
      key: "device",
      header: "Device and free memory",
      width: "190px",
      from: "medium",
      cell: (worker) => (
        <div className={styles["name"]}>
          <span title={worker.model}>{deviceText(worker)}</span>
          <Text size="xs" c="dimmed">
            {megabytesText(worker.freeMemoryMb)} of {megabytesText(worker.memoryMb)}
          </Text>
        </div>
      ),
    },
    { key: "load", header: "Processors", width: "110px", from: "wide", cell: (worker) => <Load worker={worker} /> },
    {
      key: "slots",
      header: "Slots",
      width: "105px",
      from: "medium",
      cell: (worker) => `${worker.freeSlots} of ${worker.slots} free`,
    },
    { key: "job", header: "Working on", width: "140px", from: "medium", cell: (worker) => <Work worker={worker} /> },
    {
      key: "price",
      header: "Per GPU hour",
      width: "110px",
      from: "wide",
      cell: (worker) => (worker.pricePerGpuHourCents > 0 ? priceText(worker.pricePerGpuHourCents) : "no charge"),
    },
    {
      key: "seen",
      header: "Last seen",
      width: "100px",
      from: "wide",
      cell: (worker) => <Ago time={worker.lastSeenAt} />,
    },
  ];
}

function Name({ worker, user }: { readonly worker: Worker; readonly user: string }) {
  const facts = [
    ...(worker.ownerId === user ? [] : ["of another user"]),
    ...(worker.shared ? ["shared"] : []),
    ...Object.entries(worker.labels).map(([name, value]) => `${name}=${value}`),
    ...worker.datasets.map((name) => `dataset ${name}`),
  ];
  const text = facts.join(", ") || worker.id;
  return (
    <div className={styles["name"]}>
      <Anchor component={Link} to={`?worker=${worker.id}`} fw={600} className="r-clip" title={worker.name}>
        {worker.name}
      </Anchor>
      <Text size="xs" c="dimmed" className="r-clip" title={text}>
        {text}
      </Text>
    </div>
  );
}

function Load({ worker }: { readonly worker: Worker }) {
  const now = worker.telemetry;
  if (!now || worker.state === "offline") return <span aria-label="not known">–</span>;
  return <span className="r-numbers">{`${Math.round(now.cpuPercent)} % of ${now.cores}`}</span>;
}

/** The own jobs by name; of others' only that a slot is busy. */
export function Work({ worker }: { readonly worker: Worker }) {
  const jobs = worker.jobs;
  const others = Math.max(0, worker.slots - worker.freeSlots - jobs.length);
  if (worker.state === "offline" || (jobs.length === 0 && others === 0)) return <span aria-label="nothing">–</span>;
  return (
    <div className={styles["name"]}>
      {jobs.map((job) => (
        <Anchor key={job.id} component={Link} to={`/dashboard/jobs/${job.id}`} className="r-clip" title={job.name}>
          {job.name}
        </Anchor>
      ))}
      {others > 0 && (
        <Text size="xs" c="dimmed">
          {others} busy
        </Text>
      )}
    </div>
  );
}
