import { colorOf } from "./colors";
import styles from "./compare.module.css";

/** The colour of a job's curves. */
export function Mark({ place }: { readonly place: number }) {
  return <i className={styles["mark"]} style={{ background: `var(${colorOf(place)})` }} aria-hidden />;
}
