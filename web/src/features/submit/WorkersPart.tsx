import { Checkbox, NumberInput, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { ErrorBox } from "../../ui/ErrorBox";
import { count, priceText } from "../../ui/format";
import { Loading } from "../../ui/Loading";
import { deviceText } from "../../ui/machine";
import { Section } from "../../ui/Section";
import { useCatalog, useWorkers } from "./api";
import type { PartProps } from "./parts";

interface Props extends PartProps {
  /** How many workers are needed. */
  readonly sites: number;
}

/** Where the job runs: chosen by the server, or by the person. */
export function WorkersPart({ form, sites, onChange }: Props) {
  return (
    <Section title="6. Workers">
      <Stack gap="md">
        <SegmentedControl
          aria-label="Who chooses the workers"
          style={{ alignSelf: "flex-start" }}
          value={form.workers}
          onChange={(value) => onChange({ workers: value === "chosen" ? "chosen" : "auto" })}
          data={[
            { value: "auto", label: "Automatic" },
            { value: "chosen", label: "Choose workers" },
          ]}
        />
        {form.workers === "auto" ? (
          <Automatic form={form} onChange={onChange} />
        ) : (
          <Chosen form={form} sites={sites} onChange={onChange} />
        )}
      </Stack>
    </Section>
  );
}

function Automatic({ form, onChange }: PartProps) {
  const catalog = useCatalog();
  if (catalog.error && !catalog.data) return <ErrorBox error={catalog.error} onRetry={() => void catalog.refetch()} />;
  if (!catalog.data) return <Loading what="Loading the models of GPUs" />;
  return (
    <Stack gap="sm">
      {catalog.data.length === 0 ? (
        <Text c="dimmed">No worker is online: the job will wait in the queue.</Text>
      ) : (
        <Checkbox.Group
          label="Models"
          description="None: any"
          value={[...form.gpuModels]}
          onChange={(gpuModels) => onChange({ gpuModels })}
        >
          <Stack gap="xs" mt="xs">
            {catalog.data.map((entry) => (
              <Checkbox
                key={entry.id}
                value={entry.id}
                label={`${entry.name}: ${entry.free} of ${count(entry.online, "slot")} free, from ${priceText(entry.minPricePerGpuHourCents)} a GPU and hour`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      <NumberInput
        label="At most, in $ per GPU and hour"
        placeholder="any price"
        maw={260}
        min={0}
        decimalScale={2}
        hideControls
        value={form.maxPrice ?? ""}
        onChange={(value) => onChange({ maxPrice: value === "" ? null : Number(value) })}
      />
      <Switch
        label="Only my own workers"
        checked={form.onlyMine}
        onChange={(event) => onChange({ onlyMine: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function Chosen({ form, sites, onChange }: Props) {
  const workers = useWorkers();
  if (workers.error && !workers.data) return <ErrorBox error={workers.error} onRetry={() => void workers.refetch()} />;
  if (!workers.data) return <Loading what="Loading the workers" />;
  if (workers.data.length === 0) return <Text c="dimmed">There is no worker to choose.</Text>;
  return (
    <Checkbox.Group
      label="Workers"
      description={`${form.workerIds.length} chosen; as many as there are sites: ${sites}`}
      value={[...form.workerIds]}
      onChange={(workerIds) => onChange({ workerIds })}
    >
      <Stack gap="xs" mt="xs">
        {workers.data.map((worker) => (
          <Checkbox
            key={worker.id}
            value={worker.id}
            label={`${worker.name}: ${worker.state}, ${deviceText(worker)}, ${worker.freeSlots} of ${count(worker.slots, "slot")} free, ${priceText(worker.pricePerGpuHourCents)} a GPU and hour`}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
