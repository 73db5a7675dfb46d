import { Text } from "@mantine/core";
import type { Preflight } from "../../api/types";
import { count } from "../../ui/format";
import styles from "./submit.module.css";

/** What a check found: what is wrong, and what would go less than well. */
export function Findings({ found }: { readonly found: Preflight }) {
  return (
    <div role="status">
      <Text fw={600}>
        {found.ok
          ? `Ready to be sent: ${count(found.shards, "site")}.`
          : `${count(found.problems.length, "problem")} to mend before it can be sent.`}
      </Text>
      <ul className={styles["findings"]}>
        {found.problems.map((each) => (
          <li key={`${each.code} ${each.message}`} className={styles["problem"]}>
            <b>{each.message}</b> {each.hint}
          </li>
        ))}
        {found.warnings.map((each) => (
          <li key={`${each.code} ${each.message}`} className={styles["warning"]}>
            <b>{each.message}</b> {each.hint}
          </li>
        ))}
      </ul>
    </div>
  );
}
