import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import type { Job } from "../../api/types";
import { Empty } from "../../ui/Empty";

interface Props {
  readonly job: Job;
  readonly tab: string;
  readonly children: ReactNode;
}

const TABS = [
  ["overview", "Overview"],
  ["metrics", "Metrics"],
  ["logs", "Logs"],
  ["workers", "Workers"],
] as const;

/** The parts of a job's page; which one is shown is in the address. */
export function JobTabs({ job, tab, children }: Props) {
  const navigate = useNavigate();
  const base = `/dashboard/jobs/${job.id}`;
  if (!TABS.some(([name]) => name === tab)) return <Empty title="This job has no such part" />;
  return (
    <Tabs
      value={tab}
      onChange={(next) => void navigate(next === "overview" ? base : `${base}/${next ?? ""}`)}
      keepMounted={false}
    >
      <Tabs.List mb="md" aria-label="Parts of the job">
        {TABS.map(([name, label]) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab}>{children}</Tabs.Panel>
    </Tabs>
  );
}
