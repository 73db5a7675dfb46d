import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import type { LogLine } from "../../api/types";
import { exactText } from "../../ui/format";
import styles from "./LogList.module.css";
import { LogText } from "../../ui/LogText";

interface Props {
  readonly lines: readonly LogLine[];
  /** The `seq` of the line that the address names. */
  readonly marked: number | null;
  readonly following: boolean;
  readonly onFollow: (follow: boolean) => void;
  readonly onMark: (seq: number) => void;
}

const LINE_PX = 20;
// So near to the end counts as at the end.
const NEAR_PX = 40;

/** Log lines, of which only those in sight are in the page. Scrolling up stops following, scrolling to the end follows. */
export function LogList({ lines, marked, following, onFollow, onMark }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const jumped = useRef(false);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 8,
    initialRect: { width: 1000, height: 600 },
  });

  useEffect(() => {
    if (following) virtual.scrollToIndex(lines.length - 1, { align: "end" });
  }, [following, lines.length, virtual]);

  useEffect(() => {
    const at = marked === null || jumped.current ? -1 : lines.findIndex((line) => line.seq === marked);
    if (at < 0) return;
    jumped.current = true;
    virtual.scrollToIndex(at, { align: "center" });
  }, [marked, lines, virtual]);

  function scrolled(element: HTMLElement) {
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (following && left > NEAR_PX * 4) onFollow(false);
    if (!following && left < NEAR_PX && marked === null) onFollow(true);
  }

  return (
    <div
      ref={frame}
      className={styles["frame"]}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Log lines"
      onWheel={(event) => scrolled(event.currentTarget)}
      onKeyUp={(event) => scrolled(event.currentTarget)}
      onTouchEnd={(event) => scrolled(event.currentTarget)}
    >
      <div style={{ height: virtual.getTotalSize() }} className={styles["whole"]}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            line && (
              <div key={item.key} className={styles["place"]} style={{ transform: `translateY(${item.start}px)` }}>
                <Line line={line} marked={line.seq === marked} onMark={onMark} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

interface LineProps {
  readonly line: LogLine;
  readonly marked: boolean;
  readonly onMark: (seq: number) => void;
}

const Line = memo(function Line({ line, marked, onMark }: LineProps) {
  return (
    <div className={`${styles["line"]} ${styles[line.level] ?? ""} ${marked ? styles["marked"] : ""}`}>
      <button
        type="button"
        className={styles["time"]}
        tabIndex={-1}
        onClick={() => onMark(line.seq)}
        title={`${exactText(new Date(line.time))}. Click for a link to this line.`}
      >
        {clock(line.time)}
      </button>
      <span className={styles["site"]}>{line.site ?? "server"}</span>
      <span className={styles["message"]}>
        <LogText text={line.message} />
      </span>
    </div>
  );
});

function clock(time: string): string {
  const date = new Date(time);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
