import { Button } from "@mantine/core";
import { Link } from "react-router";
import { count } from "../../ui/format";
import { CompareIcon } from "../../ui/icons";

/** What one does from the list of jobs. */
export function JobsActions({ chosen }: { readonly chosen: ReadonlySet<string> }) {
  return (
    <>
      {chosen.size > 1 && (
        <Button
          component={Link}
          to={`/dashboard/compare?ids=${[...chosen].join(",")}`}
          variant="default"
          leftSection={<CompareIcon />}
        >
          Compare {count(chosen.size, "job")}
        </Button>
      )}
      <Button component={Link} to="/dashboard/jobs/new">
        New job
      </Button>
    </>
  );
}
