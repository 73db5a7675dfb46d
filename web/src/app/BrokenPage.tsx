import { Box } from "@mantine/core";
import { useRouteError } from "react-router";
import { ErrorBox } from "../ui/ErrorBox";
import { useTitle } from "../ui/Page";

/** Shown when a page cannot be loaded, as after an update of the server, or breaks. */
export function BrokenPage() {
  useTitle("Broken");
  return (
    <Box p="md" maw={720} mx="auto">
      <ErrorBox error={useRouteError()} onRetry={() => window.location.reload()} />
    </Box>
  );
}
