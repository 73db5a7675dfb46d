import { Button } from "@mantine/core";
import type { User } from "../../api/types";
import { Ago } from "../../ui/Ago";
import { Bytes } from "../../ui/Bytes";
import type { Column } from "../../ui/DataTable";
import { StateChip } from "../../ui/StateChip";

/** Returns the columns of the list of users. */
export function userColumns(me: string, onChange: (user: User) => void): readonly Column<User>[] {
  return [
    {
      key: "email",
      header: "E-mail",
      cell: (user) => (
        <div className="r-clip" title={user.email}>
          {user.email}
          {user.id === me && " (you)"}
        </div>
      ),
    },
    {
      key: "role",
      header: "Role",
      width: "130px",
      from: "medium",
      cell: (user) => (user.role === "admin" ? "Administrator" : "User"),
    },
    {
      key: "state",
      header: "State",
      width: "110px",
      from: "medium",
      cell: (user) => <StateChip state={user.disabled ? "disabled" : "enabled"} />,
    },
    { key: "quota", header: "Quota", width: "90px", cell: (user) => <Bytes bytes={user.quotaBytes} /> },
    { key: "since", header: "Since", width: "110px", from: "medium", cell: (user) => <Ago time={user.createdAt} /> },
    {
      key: "change",
      header: "Action",
      quiet: true,
      width: "100px",
      align: "end",
      cell: (user) => (
        <Button size="compact-sm" variant="default" onClick={() => onChange(user)} aria-label={`Change ${user.email}`}>
          Change
        </Button>
      ),
    },
  ];
}
