import { Anchor, Stack } from "@mantine/core";
import { Link } from "react-router";
import { Empty } from "../../ui/Empty";
import { ErrorBox } from "../../ui/ErrorBox";
import { Loading } from "../../ui/Loading";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { useUrlState } from "../../ui/urlState";
import { useJobs, useMetrics } from "./api";
import { chosenIds, MOST } from "./chosen";
import { overlays } from "./curves";
import { DifferencesTable } from "./DifferencesTable";
import { JobLegend } from "./JobLegend";
import { OutcomeTable } from "./OutcomeTable";
import { OverlayChart } from "./OverlayChart";
import styles from "./compare.module.css";

/** Several jobs beside each other: how they went, and what was set differently. The jobs are in the address. */
export function ComparePage() {
  const [parameters, change] = useUrlState();
  const ids = chosenIds(parameters.get("ids"));
  const { jobs, pending, error } = useJobs(ids);
  const metrics = useMetrics(pending ? [] : jobs);
  const all = overlays(jobs, metrics.data ?? {});
  if (ids.length === 0) return <NothingChosen />;
  return (
    <Page title="Compare jobs">
      <Stack gap="md">
        {error !== null && <ErrorBox error={error} />}
        {pending && <Loading lines={6} what="Loading the jobs" />}
        {jobs.length > 0 && (
          <JobLegend jobs={jobs} onRemove={(id) => change({ ids: ids.filter((each) => each !== id).join(",") })} />
        )}
        {metrics.error && !metrics.data && <ErrorBox error={metrics.error} onRetry={() => void metrics.refetch()} />}
        {metrics.data && jobs.length > 0 && <OutcomeTable jobs={jobs} overlays={all} />}
        {jobs.length > 0 && <DifferencesTable jobs={jobs} />}
        <div className={styles["grid"]}>
          {all.map((overlay) => (
            <OverlayChart key={overlay.name} overlay={overlay} jobs={jobs} />
          ))}
        </div>
        {metrics.data && all.length === 0 && (
          <Section title="Curves">
            <Empty title="No metric yet">Curves begin with the first committed round.</Empty>
          </Section>
        )}
      </Stack>
    </Page>
  );
}

function NothingChosen() {
  return (
    <Page title="Compare jobs">
      <Empty title="No jobs chosen">
        Choose up to {MOST} in the{" "}
        <Anchor component={Link} to="/dashboard/jobs">
          list of jobs
        </Anchor>
        , then press Compare.
      </Empty>
    </Page>
  );
}
