import type { Worker } from "../../api/types";
import { FactOf, Facts } from "../../ui/Facts";
import { count, megabytesText } from "../../ui/format";
import { Section } from "../../ui/Section";
import { totals } from "./totals";

/** What all workers have together. */
export function ClusterTotals({ workers }: { readonly workers: readonly Worker[] }) {
  const all = totals(workers);
  return (
    <Section title="Cluster">
      <Facts>
        <FactOf label="Workers">{`${all.online} of ${all.all} online`}</FactOf>
        <FactOf label="Slots">{`${all.freeSlots} of ${all.slots} free`}</FactOf>
        <FactOf label="GPUs">{count(all.gpus, "GPU")}</FactOf>
        <FactOf label="Memory">{`${megabytesText(all.freeMemoryMb)} of ${megabytesText(all.memoryMb)} free`}</FactOf>
        <FactOf label="Processors">
          {all.cpuPercent === null ? "–" : `${Math.round(all.cpuPercent)} % of ${count(all.cores, "core")}`}
        </FactOf>
      </Facts>
    </Section>
  );
}
