import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { address, change, get } from "../../api/http";
import type { FileListing, Folder, PresignedUrl, Usage } from "../../api/types";

const FILES = "/api/v1/files";
const PAGE = 1_000;

/** The first part of every query's key that a change of the bucket outdates. */
export const BUCKET_KEY = ["bucket"] as const;

/** Reads a folder page by page. */
export function useListing(prefix: string) {
  return useInfiniteQuery({
    queryKey: [...BUCKET_KEY, "listing", prefix],
    queryFn: ({ pageParam, signal }) =>
      get<FileListing>(FILES, { prefix, delimiter: "/", limit: PAGE, after: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (last: FileListing) => last.next || undefined,
  });
}

/** Returns what the bucket holds, by its top folders. */
export function useUsage() {
  return useQuery({
    queryKey: [...BUCKET_KEY, "usage"],
    queryFn: ({ signal }) => get<Usage>("/api/v1/bucket/usage", {}, signal),
  });
}

/** Counts what lies under a prefix; null counts nothing. */
export function useSummary(prefix: string | null) {
  return useQuery({
    queryKey: [...BUCKET_KEY, "summary", prefix],
    queryFn: ({ signal }) => get<Folder>(`${FILES}/summary`, { prefix }, signal),
    enabled: prefix !== null,
    staleTime: 0,
    gcTime: 0,
  });
}

/** Returns where a file's bytes are; a link with `download` saves them. */
export function contentUrl(key: string): string {
  return address(`${FILES}/content`, { key });
}

/** Returns where a folder is as one zip. */
export function archiveUrl(prefix: string): string {
  return address(`${FILES}/archive`, { prefix });
}

/** Makes an address that anybody can read a file at, for an hour. */
export async function shareUrl(key: string): Promise<string> {
  return (await get<PresignedUrl>(`${FILES}/url`, { key })).url;
}

/** Deletes one file, or with a slash at the end everything below. */
export async function remove(target: string): Promise<void> {
  await change("DELETE", FILES, undefined, target.endsWith("/") ? { prefix: target } : { key: target });
}
