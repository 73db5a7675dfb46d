import { type ReactNode, useState } from "react";
import styles from "../files.module.css";
import { dropped } from "./dropped";
import { uploads } from "./uploads";

interface Props {
  /** Where dropped files go; null takes none. */
  readonly prefix: string | null;
  readonly children: ReactNode;
}

/** Takes files and folders that are dropped on it. */
export function DropZone({ prefix, children }: Props) {
  const [over, setOver] = useState(false);
  if (prefix === null) return children;
  return (
    <div
      className={`${styles["drop"]} ${over ? styles["over"] : ""}`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void dropped(event.dataTransfer, prefix).then((wishes) => uploads.add(wishes));
      }}
    >
      {children}
    </div>
  );
}
