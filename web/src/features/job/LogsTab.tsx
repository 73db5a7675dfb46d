import { Paper } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import type { Job } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { useUrlState } from "../../ui/urlState";
import { isLive } from "./api";
import { filtered, logFile, logFilter } from "./logFilter";
import { LogList } from "./LogList";
import { LogToolbar } from "./LogToolbar";
import { saveFile } from "./saveFile";
import { useFeed } from "./useFeed";

/** The log of a job: live, filtered by the address of the page, each line with a link of its own. */
export function LogsTab({ job }: { readonly job: Job }) {
  const { feed, version } = useFeed();
  const [parameters, change] = useUrlState();
  const filter = useDeferredValue(useMemo(() => logFilter(parameters), [parameters]));
  const marked = Number(parameters.get("line")) || null;
  const [following, setFollowing] = useState(marked === null);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the feed's list grows in place; its version tells when
  const lines = useMemo(() => filtered(feed.lines, filter), [feed, version, filter]);
  return (
    <Paper className="r-card" p={0}>
      <LogToolbar
        filter={filter}
        sites={job.shards}
        shown={lines.length}
        all={feed.lines.length}
        following={following}
        onFollow={setFollowing}
        onChange={change}
        onDownload={() => saveFile(`${job.slug}.log.txt`, new Blob([logFile(lines)], { type: "text/plain" }))}
      />
      {lines.length > 0 ? (
        <LogList
          lines={lines}
          marked={marked}
          following={following}
          onFollow={setFollowing}
          onMark={(seq) => change({ line: seq }, true)}
        />
      ) : (
        <NoLines any={feed.lines.length > 0} live={isLive(job)} />
      )}
    </Paper>
  );
}

function NoLines({ any, live }: { readonly any: boolean; readonly live: boolean }) {
  if (any) return <Empty title="No line matches">Change the filters above.</Empty>;
  return live ? (
    <Empty title="No lines yet">They appear here as the sites print them.</Empty>
  ) : (
    <Empty title="This job printed nothing" />
  );
}
