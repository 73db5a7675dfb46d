import { FileInput } from "@mantine/core";
import { Section } from "../../ui/Section";
import type { JobFiles } from "./form";
import styles from "./submit.module.css";

interface Props {
  readonly files: JobFiles;
  readonly onChange: (wish: Partial<JobFiles>) => void;
}

/** Files that few jobs have: weights to start from, and what the code reads besides its data. */
export function FurtherFiles({ files, onChange }: Props) {
  return (
    <Section title="5. Further files">
      <div className={styles["fields"]}>
        <FileInput
          label="Weights to start from"
          description="A state_dict saved by torch.save; empty: fresh weights"
          placeholder="None"
          accept=".pt,.pth,.safetensors"
          clearable
          clearButtonProps={{ "aria-label": "Start from fresh weights" }}
          value={files.checkpoint}
          onChange={(checkpoint) => onChange({ checkpoint })}
        />
        <FileInput
          label="Assets"
          description={'The same files for every site, at env["ASSETS"]'}
          placeholder="None"
          multiple
          clearable
          clearButtonProps={{ "aria-label": "Leave out the assets" }}
          value={[...files.assets]}
          onChange={(assets) => onChange({ assets })}
        />
      </div>
    </Section>
  );
}
