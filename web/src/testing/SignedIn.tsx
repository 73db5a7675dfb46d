import type { ReactNode } from "react";
import { useSession } from "../api/session";

/** Shows its parts once the session is there, as the app does. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  return useSession().data ? <>{children}</> : null;
}
