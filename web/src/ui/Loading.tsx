import { Skeleton, VisuallyHidden } from "@mantine/core";
import styles from "./boxes.module.css";

/** The form of a list that is on its way: as many lines as it may have, so that little jumps. */
export function Loading({ lines = 3, what = "Loading" }: { readonly lines?: number; readonly what?: string }) {
  return (
    <div className={styles["loading"]} role="status">
      <VisuallyHidden>{what}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={`${90 - ((line * 17) % 40)}%`} />
      ))}
    </div>
  );
}
