import { Paper } from "@mantine/core";
import { useState } from "react";
import { useUser } from "../../api/session";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Paging } from "../../ui/Paging";
import { useUrlState } from "../../ui/urlState";
import { useCurves, useJobNews, useJobs } from "./api";
import { choiceColumn } from "./choice";
import { jobColumns } from "./columns";
import { FirstJob } from "./FirstJob";
import { JobFilters } from "./JobFilters";
import { JobsActions } from "./JobsActions";
import { listState, PAGE_SIZE } from "./listState";

/** All jobs of a user: how each is going, at a glance. */
export function JobsPage() {
  const user = useUser();
  const [parameters, change] = useUrlState();
  const list = listState(parameters);
  const news = useJobNews(list.everybody);
  const jobs = useJobs(list, news === "live");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const curves = useCurves(jobs.data?.items ?? []);
  const filtered = list.state !== null || list.search !== "" || list.page > 1;
  return (
    <Page title="Jobs" actions={<JobsActions chosen={chosen} />}>
      <JobFilters list={list} admin={user.role === "admin"} onChange={change} />
      <Paper className="r-card" p={0} mt="sm">
        <DataTable
          label="jobs"
          columns={[choiceColumn(chosen, setChosen), ...jobColumns(curves, list.everybody)]}
          rows={jobs.data?.items}
          rowKey={(job) => job.id}
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
          empty={filtered ? <Empty title="No job matches">Change the search or the state above.</Empty> : <FirstJob />}
        />
      </Paper>
      <Paging
        total={jobs.data?.total ?? 0}
        limit={PAGE_SIZE}
        page={list.page}
        noun="job"
        onPage={(page) => change({ page: page > 1 ? page : null })}
      />
    </Page>
  );
}
