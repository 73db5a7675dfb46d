import type { ReactNode } from "react";
import styles from "./Banner.module.css";

/** What a person should know of the whole server; nothing while there is nothing to say. */
export function Banner({ children }: { readonly children: ReactNode }) {
  return <div role="status">{children ? <div className={styles["banner"]}>{children}</div> : null}</div>;
}
