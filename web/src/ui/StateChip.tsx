import styles from "./StateChip.module.css";
import { shown } from "./states";

/** Shows a state of a job, round, assignment or worker in its word and colour. */
export function StateChip({ state }: { readonly state: string }) {
  const { words, tone } = shown(state);
  return (
    <span className={`${styles["chip"]} ${styles[tone]}`}>
      <span className={styles["dot"]} aria-hidden />
      {words}
    </span>
  );
}
