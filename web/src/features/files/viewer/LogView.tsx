import { Group, Pagination, Switch } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useReducer, useRef, useState } from "react";
import { ErrorBox } from "../../../ui/ErrorBox";
import { bytesText, count } from "../../../ui/format";
import { LogText } from "../../../ui/LogText";
import { readPiece } from "./bytes";
import { FindBar } from "./FindBar";
import { RangedLines } from "./rangedLines";
import { useFind } from "./useFind";
import styles from "./viewer.module.css";

const LINE_PX = 20;
/** A browser lays out some ten million pixels: that many bytes of short lines fit. */
const PART = 32_000_000;

interface Props {
  readonly fileKey: string;
  readonly sizeBytes: number;
}

/** A text of any size: only the lines in sight are read and laid out. Very large ones come in parts. */
export function LogView({ fileKey, sizeBytes }: Props) {
  const parts = Math.max(1, Math.ceil(sizeBytes / PART));
  const [part, setPart] = useState(1);
  const start = (part - 1) * PART;
  return (
    <>
      {parts > 1 && (
        <div className={styles["bar"]}>
          <span>
            {bytesText(start)} to {bytesText(Math.min(sizeBytes, start + PART))} of {bytesText(sizeBytes)}
          </span>
          <Pagination
            size="sm"
            total={parts}
            value={part}
            onChange={setPart}
            getItemProps={(item) => ({ "aria-label": `Part ${item}` })}
            getControlProps={(control) => ({ "aria-label": `${control} part` })}
          />
        </div>
      )}
      <Lines key={part} fileKey={fileKey} start={start} end={Math.min(sizeBytes, start + PART)} />
    </>
  );
}

function Lines({ fileKey, start, end }: { readonly fileKey: string; readonly start: number; readonly end: number }) {
  const [, changed] = useReducer((n: number) => n + 1, 0);
  const [lines] = useState(
    () => new RangedLines(async (from, to) => (await readPiece(fileKey, from, to)).bytes, start, end, changed),
  );
  const [atEnd, setAtEnd] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.count,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 8,
    initialRect: { width: 1000, height: 800 },
  });
  const total = lines.count;
  const { found, look } = useFind(lines, (index) => {
    setAtEnd(false);
    virtual.scrollToIndex(index, { align: "center" });
  });
  const marked = found.is === "line" ? found.index : null;
  useEffect(() => {
    if (atEnd) virtual.scrollToIndex(total - 1, { align: "end" });
  }, [atEnd, total, virtual]);
  return (
    <>
      <div className={styles["bar"]}>
        <span role="status">
          {lines.exact ? "" : "about "}
          {count(total, "line")}, {bytesText(end - start)}
        </span>
        <Group gap="xs">
          <FindBar found={found} onLook={(text, step) => void look(text, step)} />
          <Switch size="xs" label="At the end" checked={atEnd} onChange={(e) => setAtEnd(e.currentTarget.checked)} />
        </Group>
      </div>
      {lines.failure !== null && <ErrorBox error={lines.failure} onRetry={() => lines.retry()} />}
      <div ref={frame} className={styles["lines"]} tabIndex={0} role="region" aria-label="Text">
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.index}
              className={`${styles["line"]} ${item.index === marked ? styles["found"] : ""}`}
              aria-current={item.index === marked || undefined}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className={styles["number"]}>{(item.index + 1).toLocaleString("en")}</span>
              <span>
                <LogText text={(lines.line(item.index) ?? "…").replace(/\r$/, "")} />
              </span>
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
