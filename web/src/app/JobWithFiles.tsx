import type { Job } from "../api/types";
import { FileBrowser } from "../features/files";
import { JobPage } from "../features/job";

/** A job's page with its folder of the bucket: two features that know nothing of each other. */
export function JobWithFiles() {
  return <JobPage Files={Folder} />;
}

function Folder({ job }: { readonly job: Job }) {
  return <FileBrowser root={`jobs/${job.slug}/`} rootLabel={job.slug} jobId={job.id} />;
}
