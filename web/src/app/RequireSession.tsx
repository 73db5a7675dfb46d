import { Center, Loader } from "@mantine/core";
import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "../api/session";
import { ErrorBox } from "../ui/ErrorBox";

/** Shows its pages to whoever is signed in; others sign in and come back to the same page. */
export function RequireSession() {
  const session = useSession();
  const { pathname, search, hash } = useLocation();
  if (session.isPending) {
    return (
      <Center mih="60dvh" role="status" aria-label="Loading">
        <Loader type="dots" />
      </Center>
    );
  }
  if (session.isError) {
    return (
      <Center mih="60dvh" p="md">
        <ErrorBox error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  if (!session.data) return <Navigate replace to={`/login?next=${encodeURIComponent(pathname + search + hash)}`} />;
  return <Outlet />;
}
