import type { JobSpec } from "../../api/types";
import { CopyBlock } from "../../ui/CopyBlock";
import { settings } from "../../ui/settings";
import styles from "./Configuration.module.css";

/** What the job was told, by groups; and whole, to copy. */
export function Configuration({ spec }: { readonly spec: JobSpec }) {
  return (
    <>
      <div className={styles["groups"]}>
        {settings(spec).map(([group, entries]) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl>
              {entries.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd className="r-wrap">{value}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <details className={styles["whole"]}>
        <summary>As JSON, for POST /api/v1/jobs</summary>
        <CopyBlock label="The job's configuration as JSON" text={JSON.stringify(spec, null, 2)} />
      </details>
    </>
  );
}
