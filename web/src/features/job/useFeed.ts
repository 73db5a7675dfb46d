import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { JobFeed } from "./feed";
import { jobKey, jobPath } from "./api";

/** The feed of the job that the page shows. */
export const FeedContext = createContext<JobFeed | null>(null);

/** Runs a job's feed while its page is open. */
export function useRunningFeed(id: string): JobFeed {
  const client = useQueryClient();
  const [feed] = useState(
    () =>
      new JobFeed(jobPath(id), () => void client.invalidateQueries({ queryKey: jobKey(id) }, { cancelRefetch: false })),
  );
  useEffect(() => {
    const abort = new AbortController();
    // What stops it for good is shown by the job's own query: no such job, session over.
    feed.run(abort.signal).catch(() => undefined);
    return () => abort.abort();
  }, [feed]);
  return feed;
}

/** Returns the feed, and renders again when it has more. The version changes with what it holds. */
export function useFeed(): { readonly feed: JobFeed; readonly version: number } {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error("this part belongs to a job's page");
  return { feed, version: useSyncExternalStore(feed.subscribe, feed.snapshot) };
}
