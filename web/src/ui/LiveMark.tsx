import type { StreamState } from "../api/events";
import styles from "./LiveMark.module.css";

const WORDS: Readonly<Record<StreamState, string>> = {
  connecting: "Connecting",
  live: "Live",
  reconnecting: "Reconnecting",
  ended: "",
};

/** Says whether what is shown is live. */
export function LiveMark({ state }: { readonly state: StreamState }) {
  return (
    <span role="status" className={`${styles["mark"]} ${styles[state]}`}>
      {WORDS[state]}
    </span>
  );
}
