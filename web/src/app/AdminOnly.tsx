import { Outlet } from "react-router";
import { useUser } from "../api/session";
import { NotFoundPage } from "./NotFoundPage";

/** Shows its pages to administrators; for others there are none. */
export function AdminOnly() {
  return useUser().role === "admin" ? <Outlet /> : <NotFoundPage />;
}
