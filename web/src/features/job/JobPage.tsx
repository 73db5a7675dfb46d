import { Stack } from "@mantine/core";
import { type ComponentType, lazy, Suspense } from "react";
import { useParams } from "react-router";
import { ApiError } from "../../api/http";
import type { Job } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { ErrorBox } from "../../ui/ErrorBox";
import { Loading } from "../../ui/Loading";
import { Page, useTitle } from "../../ui/Page";
import { useJob } from "./api";
import { FailurePanel } from "./FailurePanel";
import { JobHeader } from "./JobHeader";
import { JobTabs } from "./JobTabs";
import { LogsTab } from "./LogsTab";
import { Overview } from "./Overview";
import { FeedContext, useRunningFeed } from "./useFeed";
import { Warnings } from "./Warnings";
import { WorkersTab } from "./WorkersTab";

const MetricsTab = lazy(async () => ({ default: (await import("./MetricsTab")).MetricsTab }));

interface Props {
  /** Shows the job's folder of the bucket: another feature, which the app puts in. */
  readonly Files?: ComponentType<{ readonly job: Job }>;
}

/** Everything about one job, in the order in which a person asks for it. */
export function JobPage({ Files }: Props) {
  const { id = "" } = useParams();
  // A new page for each job: its feed must not mix with another's.
  return <OneJob key={id} id={id} Files={Files} />;
}

function OneJob({ id, Files }: { readonly id: string; readonly Files: Props["Files"] }) {
  const job = useJob(id);
  useTitle(job.data?.name ?? "Job");
  if (job.data) return <Shown job={job.data} Files={Files} />;
  if (job.error instanceof ApiError && job.error.status === 404) {
    return (
      <Page title="Not found">
        <Empty title="There is no such job">
          It was deleted, belongs to somebody else, or the address is mistyped.
        </Empty>
      </Page>
    );
  }
  if (job.error) return <ErrorBox error={job.error} onRetry={() => void job.refetch()} />;
  return <Loading lines={8} what="Loading the job" />;
}

function Shown({ job, Files }: { readonly job: Job; readonly Files: Props["Files"] }) {
  const { "*": tab = "" } = useParams();
  const feed = useRunningFeed(job.id);
  return (
    <FeedContext value={feed}>
      <Stack gap="md">
        <JobHeader job={job} />
        <Warnings warnings={job.warnings} />
        {job.failure && <FailurePanel failure={job.failure} logs={`/dashboard/jobs/${job.id}/logs`} />}
        <JobTabs job={job} tab={tab || "overview"} files={Files !== undefined}>
          {tab === "" && <Overview job={job} />}
          {tab === "metrics" && (
            <Suspense fallback={<Loading lines={6} what="Loading the charts" />}>
              <MetricsTab job={job} />
            </Suspense>
          )}
          {tab === "logs" && <LogsTab job={job} />}
          {tab === "workers" && <WorkersTab job={job} />}
          {tab === "files" && Files && <Files job={job} />}
        </JobTabs>
      </Stack>
    </FeedContext>
  );
}
