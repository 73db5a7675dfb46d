import type { ReactNode } from "react";
import styles from "./Facts.module.css";

/** Names and values beside each other, as many in a row as there is room for. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles["facts"]}>{children}</dl>;
}

export function FactOf({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="r-wrap">{children}</dd>
    </div>
  );
}
