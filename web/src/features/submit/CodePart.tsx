import { FileButton, Button, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Loading } from "../../ui/Loading";
import { Section } from "../../ui/Section";
import { modelClass } from "./form";
import type { PartProps } from "./parts";
import styles from "./submit.module.css";

const CodeEditor = lazy(() => import("../../ui/CodeEditor"));

/** The code that sites run. */
export function CodePart({ form, onChange }: PartProps) {
  // The class follows the code until somebody names another one.
  const follow = (code: string) =>
    onChange(form.className === modelClass(form.code) ? { code, className: modelClass(code) } : { code });
  const open = async (file: File | null) => file && follow(await file.text());
  return (
    <Section
      title="2. Code: model_def.py"
      actions={
        <FileButton accept=".py,text/x-python" onChange={(file) => void open(file)}>
          {(props) => (
            <Button {...props} variant="default" size="compact-sm">
              Open a file
            </Button>
          )}
        </FileButton>
      }
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Paste or open the file with the model&apos;s class, <code>fl_train</code> and, to measure the global model,{" "}
          <code>fl_validate</code>.
        </Text>
        <div className={styles["editor"]}>
          <Suspense fallback={<Loading what="Loading the editor" lines={6} />}>
            <CodeEditor label="model_def.py" ending="py" text={form.code} onChange={follow} />
          </Suspense>
        </div>
        <div className={styles["fields"]}>
          <TextInput
            label="Class of the model"
            description="Found in the code"
            value={form.className}
            onChange={(event) => onChange({ className: event.currentTarget.value })}
          />
          <Textarea
            label="Requirements"
            description="One package a line"
            autosize
            minRows={2}
            maxRows={8}
            value={form.requirements}
            onChange={(event) => onChange({ requirements: event.currentTarget.value })}
          />
        </div>
      </Stack>
    </Section>
  );
}
