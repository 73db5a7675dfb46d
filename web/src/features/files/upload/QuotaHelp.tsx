import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { ApiError } from "../../../api/http";
import { bytesText, count } from "../../../ui/format";
import { useUsage } from "../api";
import boxes from "../../../ui/boxes.module.css";

interface Props {
  readonly error: ApiError;
  readonly neededBytes: number;
}

const SHOWN = 4;

/** Says why an upload does not fit, and what takes the room. */
export function QuotaHelp({ error, neededBytes }: Props) {
  const usage = useUsage().data;
  const used = Number(error.details["usedBytes"] ?? usage?.usedBytes ?? 0);
  const limit = Number(error.details["quotaBytes"] ?? usage?.quotaBytes ?? 0);
  const folders = [...(usage?.folders ?? [])].sort((a, b) => b.bytes - a.bytes).slice(0, SHOWN);
  return (
    <div role="alert" className={boxes["error"]}>
      <Text fw={600}>
        {bytesText(neededBytes)} do not fit: {bytesText(used)} of {bytesText(limit)} are used
      </Text>
      <Text>
        Delete {bytesText(Math.max(0, used + neededBytes - limit))} or more, or ask for a larger quota; then resume.
        {folders.length > 0 && " The largest folders are "}
        {folders.map((folder, at) => (
          <span key={folder.prefix}>
            {at > 0 && ", "}
            <Anchor
              component={Link}
              to={`/dashboard/files?path=${encodeURIComponent(folder.prefix)}`}
              className="r-wrap"
            >
              {folder.prefix || "the top"}
            </Anchor>{" "}
            ({bytesText(folder.bytes)}, {count(folder.objects, "object")})
          </span>
        ))}
        {folders.length > 0 && "."}
      </Text>
    </div>
  );
}
