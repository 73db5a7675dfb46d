import { ActionIcon, Button, Group, Progress } from "@mantine/core";
import { ErrorBox } from "../../../ui/ErrorBox";
import { bytesText, durationText } from "../../../ui/format";
import { CloseIcon, PauseIcon, PlayIcon } from "../../../ui/icons";
import { nameOf } from "../paths";
import { type Item, isQuota } from "./queue";
import { QuotaHelp } from "./QuotaHelp";
import styles from "./upload.module.css";
import { uploads } from "./uploads";

/** One upload. */
export function UploadRow({ item }: { readonly item: Item }) {
  const name = nameOf(item.key);
  const percent = item.sizeBytes > 0 ? (100 * item.sentBytes) / item.sizeBytes : item.state === "done" ? 100 : 0;
  return (
    <li className={styles["row"]}>
      <div className={styles["name"]}>
        <span className="r-clip" title={item.key}>
          {item.key}
        </span>
        <Group gap={4} wrap="nowrap">
          {(item.state === "sending" || item.state === "waiting") && (
            <Action label={`Pause ${name}`} onClick={() => uploads.pause(item.number)} Icon={PauseIcon} />
          )}
          {(item.state === "paused" || item.state === "failed") && (
            <Action label={`Resume ${name}`} onClick={() => uploads.resume(item.number)} Icon={PlayIcon} />
          )}
          {item.state !== "done" && item.state !== "taken" && (
            <Action label={`Cancel ${name}`} onClick={() => void uploads.cancel(item.number)} Icon={CloseIcon} />
          )}
        </Group>
      </div>
      <Progress.Root size={6}>
        <Progress.Section
          value={percent}
          color={colour(item)}
          aria-label={`${name}: ${percent.toFixed(0)} percent sent`}
        />
      </Progress.Root>
      <div className={styles["said"]}>
        <span className={`${styles["words"]} r-numbers`}>{words(item)}</span>
        {item.state === "taken" && (
          <Group gap="xs">
            <Button size="compact-xs" variant="default" onClick={() => uploads.replace(item.number)}>
              Replace {name}
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => void uploads.cancel(item.number)}>
              Keep the old one
            </Button>
          </Group>
        )}
      </div>
      {isQuota(item.error) ? <QuotaHelp error={item.error} neededBytes={item.sizeBytes} /> : null}
      {item.error !== null && !isQuota(item.error) && <ErrorBox error={item.error} />}
    </li>
  );
}

/** Says how far an upload is. */
export function words(item: Item): string {
  const amount = `${bytesText(item.sentBytes)} of ${bytesText(item.sizeBytes)}`;
  switch (item.state) {
    case "waiting":
      return `Waiting, ${bytesText(item.sizeBytes)}`;
    case "taken":
      return `A file of this name is there already; the new one has ${bytesText(item.sizeBytes)}`;
    case "paused":
      return `Paused, ${amount}`;
    case "failed":
      return `Stopped, ${amount}`;
    case "done":
      return `Arrived, ${bytesText(item.sizeBytes)}`;
    case "sending": {
      if (item.bytesPerSecond === null) return amount;
      const left = (item.sizeBytes - item.sentBytes) / item.bytesPerSecond;
      const time = Number.isFinite(left) ? `, ${durationText(Math.max(1, Math.round(left)))} left` : "";
      return `${amount}, ${bytesText(item.bytesPerSecond)}/s${time}`;
    }
  }
}

function colour({ state }: Item): string {
  if (state === "failed") return "var(--r-bad)";
  if (state === "done") return "var(--r-good)";
  return state === "sending" ? "var(--r-active)" : "var(--r-waiting)";
}

interface ActionProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly Icon: typeof PauseIcon;
}

function Action({ label, onClick, Icon }: ActionProps) {
  return (
    <ActionIcon variant="subtle" color="gray" c="dimmed" size="sm" aria-label={label} title={label} onClick={onClick}>
      <Icon size={14} />
    </ActionIcon>
  );
}
