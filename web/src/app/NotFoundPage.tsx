import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { Empty } from "../ui/Empty";
import { Page } from "../ui/Page";

/** The answer to an address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="Not found">
      <Empty title="There is no such page">
        The address may be mistyped, or what it showed was deleted.{" "}
        <Anchor component={Link} underline="always" to="/dashboard/jobs">
          See your jobs
        </Anchor>
      </Empty>
    </Page>
  );
}
