import { keepPreviousData, type QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { change, get } from "../../api/http";
import type { AuditEntry, NewUser, Page, User, UserPatch } from "../../api/types";

const USERS = "/api/v1/users";
export const PAGE_SIZE = 50;

/** Returns a page of users; pages count from 1. */
export function useUsers(page: number): UseQueryResult<Page<User>> {
  return useQuery({
    queryKey: ["users", page],
    queryFn: ({ signal }) => get<Page<User>>(USERS, { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Creates a user; the answer alone has a generated password. */
export function createUser(client: QueryClient, user: NewUser): Promise<User> {
  return renewed(client, change<User>("POST", USERS, user));
}

export function updateUser(client: QueryClient, id: string, patch: UserPatch): Promise<User> {
  return renewed(client, change<User>("PATCH", `${USERS}/${encodeURIComponent(id)}`, patch));
}

export async function removeUser(client: QueryClient, id: string): Promise<void> {
  await renewed(client, change<unknown>("DELETE", `${USERS}/${encodeURIComponent(id)}`));
}

async function renewed<T>(client: QueryClient, work: Promise<T>): Promise<T> {
  const answer = await work;
  await Promise.all([
    client.invalidateQueries({ queryKey: ["users"] }),
    client.invalidateQueries({ queryKey: ["audit"] }),
  ]);
  return answer;
}

/** Returns a page of the audit log, newest first.
 *
 * @param part what actor, action, target or address contain
 */
export function useAudit(page: number, part: string): UseQueryResult<Page<AuditEntry>> {
  return useQuery({
    queryKey: ["audit", page, part],
    queryFn: ({ signal }) =>
      get<Page<AuditEntry>>("/api/v1/audit", { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE, q: part }, signal),
    placeholderData: keepPreviousData,
  });
}
