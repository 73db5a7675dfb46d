import { Button, CloseButton, FileButton, Text } from "@mantine/core";
import { type DragEvent, useState } from "react";
import { Bytes } from "../../ui/Bytes";
import { bytesText, count } from "../../ui/format";
import { Section } from "../../ui/Section";
import { shardOrder } from "./shards";
import styles from "./submit.module.css";

interface Props {
  readonly shards: readonly File[];
  readonly onChange: (shards: readonly File[]) => void;
}

/** The data: one zip a site. */
export function ShardsPart({ shards, onChange }: Props) {
  const [over, setOver] = useState(false);
  const add = (files: readonly File[]) => onChange(shardOrder([...shards, ...files]));

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    add([...event.dataTransfer.files]);
  }

  const all = shards.reduce((sum, file) => sum + file.size, 0);
  return (
    <Section title="3. Data">
      <div
        className={`${styles["drop"]} ${over ? styles["over"] : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Text>Drop one zip for each site here</Text>
        <FileButton multiple accept=".zip,application/zip" onChange={add}>
          {(props) => (
            <Button {...props} variant="default" size="compact-sm">
              Choose files
            </Button>
          )}
        </FileButton>
      </div>
      {shards.length > 0 && (
        <>
          <ul className={styles["shards"]} aria-label="Shards">
            {shards.map((file, at) => (
              <li key={file.name}>
                <span className={styles["site"]}>site-{at + 1}</span>
                <span className="r-clip" title={file.name}>
                  {file.name}
                </span>
                <Bytes bytes={file.size} />
                <CloseButton
                  size="sm"
                  aria-label={`Leave out ${file.name}`}
                  onClick={() => onChange(shards.filter((each) => each !== file))}
                />
              </li>
            ))}
          </ul>
          <Text size="xs" c="dimmed" mt="xs">
            {count(shards.length, "site")}, {bytesText(all)}. Nothing is sent before you submit.
          </Text>
        </>
      )}
    </Section>
  );
}
