import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { Empty } from "../ui/Empty";
import { useTitle } from "../ui/Page";

/** The answer to an address that leads nowhere. */
export function NotFoundPage() {
  useTitle("Not found");
  return (
    <Empty title="There is no such page">
      The address may be mistyped, or what it showed was deleted.{" "}
      <Anchor component={Link} to="/dashboard/jobs">
        See your jobs
      </Anchor>
    </Empty>
  );
}
