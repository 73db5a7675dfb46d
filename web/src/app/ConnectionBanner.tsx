import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useServerLost } from "../api/connection";
import { address, send } from "../api/http";
import { Banner } from "../ui/Banner";

const TRY_AGAIN_MS = 1_500;

/** Says that the server is away, asks for it until it is back, and then renews what is shown. */
export function ConnectionBanner() {
  const lost = useServerLost();
  const client = useQueryClient();
  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(() => {
      send(address("/readyz"))
        .then(() => client.invalidateQueries())
        .catch(() => undefined);
    }, TRY_AGAIN_MS);
    return () => clearInterval(timer);
  }, [lost, client]);
  return (
    <Banner>
      {lost && "The server does not answer. Jobs go on where they run; this page connects again by itself."}
    </Banner>
  );
}
