import { type QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ApiError, change, get, onSignedOut, rememberCsrfToken } from "./http";
import type { Session, User } from "./types";

const KEY = ["session"] as const;
const PATH = "/api/v1/session";

/** Returns who is signed in, null if nobody is. A loaded page has the cookie only, and learns its token here. */
export function useSession(): UseQueryResult<Session | null> {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => currentSession(signal), staleTime: Infinity });
}

/** Returns the signed-in user of a page behind the sign-in. */
export function useUser(): User {
  const session = useSession().data;
  if (!session) throw new Error("this part belongs behind the sign-in");
  return session.user;
}

async function currentSession(signal: AbortSignal): Promise<Session | null> {
  try {
    const session = await get<Session>(PATH, {}, signal);
    rememberCsrfToken(session.csrfToken);
    return session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Signs in. */
export async function signIn(client: QueryClient, email: string, password: string): Promise<void> {
  const session = await change<Session>("POST", PATH, { email, password });
  rememberCsrfToken(session.csrfToken);
  client.setQueryData(KEY, session);
}

/** Signs out, and forgets what was shown. */
export async function signOut(client: QueryClient): Promise<void> {
  try {
    await change("DELETE", PATH);
  } finally {
    forget(client);
  }
}

/** Makes an ended session, on whichever call it shows, lead to the sign-in. */
export function watchSession(client: QueryClient): void {
  onSignedOut(() => client.setQueryData(KEY, null));
}

function forget(client: QueryClient): void {
  rememberCsrfToken(null);
  client.clear();
  client.setQueryData(KEY, null);
}
