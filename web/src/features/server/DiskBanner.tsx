import { useQuery } from "@tanstack/react-query";
import { get } from "../../api/http";
import { Banner } from "../../ui/Banner";

const LOOK_MS = 60_000;

/** Says that the server's disk is nearly full, and that the server goes on by itself when there is room. */
export function DiskBanner() {
  const { data } = useQuery({
    queryKey: ["readyz"],
    queryFn: ({ signal }) => get<{ disk?: string }>("/readyz", {}, signal),
    refetchInterval: LOOK_MS,
    retry: false,
  });
  return (
    <Banner>
      {data?.disk === "low" &&
        "The server’s disk is nearly full: running jobs go on, new jobs and uploads are refused until there is room. Delete files that nobody needs, or ask the server’s operator."}
    </Banner>
  );
}
