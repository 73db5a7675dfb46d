import type { JobWarning } from "../../api/types";
import styles from "./Warnings.module.css";

/** What went less than well without ending the job. */
export function Warnings({ warnings }: { readonly warnings: readonly JobWarning[] }) {
  if (warnings.length === 0) return null;
  return (
    <ul className={styles["list"]} aria-label="Warnings">
      {warnings.map((warning) => (
        <li key={`${warning.code} ${warning.site ?? ""} ${warning.round ?? ""}`} className="r-wrap">
          {warning.message}
          <small>
            {[
              warning.site,
              warning.round == null ? null : `round ${warning.round + 1}`,
              warning.count > 1 ? `${warning.count} times` : null,
            ]
              .filter(Boolean)
              .join(" · ")}
          </small>
        </li>
      ))}
    </ul>
  );
}
