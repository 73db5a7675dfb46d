import { Anchor, Stack } from "@mantine/core";
import { Link } from "react-router";
import { useUser } from "../../api/session";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { Section } from "../../ui/Section";
import { useUrlState } from "../../ui/urlState";
import { useWorkers } from "./api";
import { ClusterTotals } from "./ClusterTotals";
import { workerColumns } from "./columns";
import { JoinWorker } from "./JoinWorker";
import { WorkerDetail } from "./WorkerDetail";

/** All workers that one may use: what each is, does and costs, and how to join one more. */
export function WorkersPage() {
  const user = useUser();
  const workers = useWorkers();
  const [parameters, change] = useUrlState();
  const chosen = parameters.get("worker");
  return (
    <Page title="Workers">
      <Stack gap="md">
        {workers.data && workers.data.length > 0 && <ClusterTotals workers={workers.data} />}
        <Section title="All workers" flush>
          <DataTable
            label="workers"
            columns={workerColumns(user.id)}
            rows={workers.data}
            rowKey={(worker) => worker.id}
            error={workers.error}
            onRetry={() => void workers.refetch()}
            height="calc(100dvh - 300px)"
            empty={<NoWorkers />}
          />
        </Section>
        <JoinWorker />
      </Stack>
      {chosen && workers.data && (
        <WorkerDetail
          worker={workers.data.find((worker) => worker.id === chosen)}
          onClose={() => change({ worker: null })}
        />
      )}
    </Page>
  );
}

function NoWorkers() {
  return (
    <Empty title="No workers yet">
      A machine with data or a GPU becomes one by the line below. Jobs wait in the{" "}
      <Anchor component={Link} to="/dashboard/jobs">
        queue
      </Anchor>{" "}
      until there is one.
    </Empty>
  );
}
