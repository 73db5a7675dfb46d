import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import type { Job } from "../../api/types";
import { Empty } from "../../ui/Empty";

interface Props {
  readonly job: Job;
  readonly tab: string;
  /** Whether there is a view of the job's files. */
  readonly files: boolean;
  readonly children: ReactNode;
}

const TABS: readonly (readonly [string, string])[] = [
  ["overview", "Overview"],
  ["metrics", "Metrics"],
  ["logs", "Logs"],
  ["workers", "Workers"],
];
const FILES = ["files", "Files"] as const;

/** The parts of a job's page; which one is shown is in the address. */
export function JobTabs({ job, tab, files, children }: Props) {
  const navigate = useNavigate();
  const base = `/dashboard/jobs/${job.id}`;
  const tabs = files ? [...TABS, FILES] : TABS;
  if (!tabs.some(([name]) => name === tab)) return <Empty title="This job has no such part" />;
  return (
    <Tabs
      value={tab}
      onChange={(next) => void navigate(next === "overview" ? base : `${base}/${next ?? ""}`)}
      keepMounted={false}
    >
      <Tabs.List mb="md" aria-label="Parts of the job">
        {tabs.map(([name, label]) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={tab}>{children}</Tabs.Panel>
    </Tabs>
  );
}
