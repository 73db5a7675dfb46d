import { Drawer, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useUser } from "../../api/session";
import type { Worker } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { ConfirmButton } from "../../ui/ConfirmButton";
import { Empty } from "../../ui/Empty";
import { FactOf, Facts } from "../../ui/Facts";
import { megabytesText, priceText } from "../../ui/format";
import { deviceText } from "../../ui/machine";
import { StateChip } from "../../ui/StateChip";
import { drain, remove, useHistory } from "./api";
import { Work } from "./columns";
import { TelemetryCurves } from "./TelemetryCurves";
import { WorkerForm } from "./WorkerForm";

interface Props {
  /** Undefined if there is none of that id. */
  readonly worker: Worker | undefined;
  readonly onClose: () => void;
}

/** One worker beside the list. */
export function WorkerDetail({ worker, onClose }: Props) {
  return (
    <Drawer.Root opened onClose={onClose} position="right" size="xl">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* Mantine's own head of a drawer would be a second banner of the page to a screen reader. */}
        <Drawer.Body pt="md">
          <Group justify="space-between" align="flex-start" wrap="nowrap" mb="sm">
            <Drawer.Title fw={600} className="r-wrap">
              {worker?.name ?? "Worker"}
            </Drawer.Title>
            <Drawer.CloseButton aria-label="Close the worker" />
          </Group>
          {worker ? (
            <Detail worker={worker} onGone={onClose} />
          ) : (
            <Empty title="There is no such worker">It was removed, or it is another user's.</Empty>
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

interface DetailProps {
  readonly worker: Worker;
  readonly onGone: () => void;
}

function Detail({ worker, onGone }: DetailProps) {
  const user = useUser();
  const history = useHistory(worker);
  const mine = worker.ownerId === user.id || user.role === "admin";
  return (
    <Stack gap="lg">
      <Group gap="xs">
        <StateChip state={worker.state} />
        <Text size="xs" c="dimmed" className="r-wrap">
          {worker.id}, last seen <Ago time={worker.lastSeenAt} />
        </Text>
      </Group>
      {worker.quarantine && (
        <Text role="alert" c="var(--mantine-color-error)" className="r-wrap">
          {worker.quarantine}
        </Text>
      )}
      {worker.telemetry?.trouble && (
        <Text role="alert" c="var(--mantine-color-error)" className="r-wrap">
          {worker.telemetry.trouble}
        </Text>
      )}
      <Facts>
        <FactOf label="Device">{deviceText(worker)}</FactOf>
        <FactOf label="Memory">{`${megabytesText(worker.freeMemoryMb)} of ${megabytesText(worker.memoryMb)} free`}</FactOf>
        <FactOf label="Slots">{`${worker.freeSlots} of ${worker.slots} free`}</FactOf>
        <FactOf label="Price">{`${priceText(worker.pricePerGpuHourCents)} / GPU h`}</FactOf>
        <FactOf label="Working on">
          <Work worker={worker} />
        </FactOf>
        <FactOf label="Datasets">{worker.datasets.join(", ") || "none"}</FactOf>
        {worker.telemetry && (
          <>
            <FactOf label="Free disk">{megabytesText(worker.telemetry.diskFreeMb)}</FactOf>
            <FactOf label="Jobs run in">{worker.telemetry.isolation}</FactOf>
          </>
        )}
      </Facts>
      <TelemetryCurves history={history} />
      {mine && <WorkerForm key={worker.id} worker={worker} admin={user.role === "admin"} />}
      {mine && <Actions worker={worker} onGone={onGone} />}
    </Stack>
  );
}

function Actions({ worker, onGone }: { readonly worker: Worker; readonly onGone: () => void }) {
  const client = useQueryClient();
  const draining = worker.state === "draining";
  return (
    <Group gap="xs">
      <ConfirmButton
        label={draining ? "Undrain" : "Drain"}
        question={draining ? `Give ${worker.name} work again?` : `Drain ${worker.name}?`}
        confirm={draining ? "Undrain" : "Drain"}
        dangerous={false}
        button={{ disabled: worker.state === "offline" }}
        onConfirm={() => drain(client, worker)}
      >
        {draining
          ? "New jobs may be placed on it."
          : "It ends what it does and gets no new work until it is undrained."}
      </ConfirmButton>
      <ConfirmButton
        label="Remove"
        question={`Remove ${worker.name}?`}
        confirm="Remove the worker"
        onConfirm={async () => {
          await remove(client, worker);
          onGone();
        }}
      >
        Its secret ends at once, and shards that it works on go to other workers. To come back, the machine has to join
        again.
      </ConfirmButton>
    </Group>
  );
}
