import type { ComponentType } from "react";
import { AdminIcon, FilesIcon, JobsIcon, ProfileIcon, WorkersIcon } from "../ui/icons";

export interface Place {
  readonly to: string;
  readonly label: string;
  /** Whether only administrators see it. */
  readonly admin?: boolean;
  readonly Icon: ComponentType<{ readonly size?: number }>;
}

/** What the navigation offers, in its order. */
export const PLACES: readonly Place[] = [
  { to: "/dashboard/jobs", label: "Jobs", Icon: JobsIcon },
  { to: "/dashboard/workers", label: "Workers", Icon: WorkersIcon },
  { to: "/dashboard/files", label: "Files", Icon: FilesIcon },
  { to: "/profile", label: "Profile", Icon: ProfileIcon },
  { to: "/admin", label: "Admin", admin: true, Icon: AdminIcon },
];
