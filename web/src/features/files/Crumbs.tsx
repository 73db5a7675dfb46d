import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import styles from "./files.module.css";
import { crumbs, nameOf } from "./paths";
import type { Place } from "./place";

interface Props {
  readonly root: string;
  readonly rootLabel: string;
  readonly place: Place;
}

/** The way to the folder or file that is shown; every step of it leads back. */
export function Crumbs({ root, rootLabel, place }: Props) {
  const way = crumbs(root, rootLabel, place.prefix);
  return (
    <nav aria-label="Folders" className={styles["crumbs"]}>
      {way.map((step, at) => (
        <span key={step.prefix} className={styles["crumb"]}>
          {at > 0 && <span aria-hidden>/</span>}
          {at === way.length - 1 && place.file === null ? (
            <span aria-current="page" className={styles["here"]} title={step.label}>
              {step.label || "(no name)"}
            </span>
          ) : (
            <Anchor component={Link} to={place.to(step.prefix)} className="r-clip" title={step.label}>
              {step.label || "(no name)"}
            </Anchor>
          )}
        </span>
      ))}
      {place.file !== null && (
        <span className={styles["crumb"]}>
          <span aria-hidden>/</span>
          <span aria-current="page" className={styles["here"]} title={nameOf(place.file)}>
            {nameOf(place.file)}
          </span>
        </span>
      )}
    </nav>
  );
}
