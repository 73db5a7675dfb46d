const FIRST = "/dashboard/jobs";

/** Returns where to go after signing in: a page of these, never another site's. */
export function nextPage(wish: string | null): string {
  if (!wish?.startsWith("/") || wish.startsWith("//") || wish.includes("\\") || wish.startsWith("/login")) return FIRST;
  return wish;
}
