import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { endingOf } from "../paths";
import { editor, languageOf, OPTIONS, themeOf } from "../../../ui/monaco";
import styles from "./viewer.module.css";

interface Props {
  readonly fileKey: string;
  readonly theirs: string;
  readonly mine: string;
}

/** Two versions of a text beside each other. */
export default function TextDiff({ fileKey, theirs, mine }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const dark = useComputedColorScheme("light") === "dark";
  useEffect(() => {
    if (!place.current) return;
    const language = languageOf(endingOf(fileKey));
    const original = editor.createModel(theirs, language);
    const modified = editor.createModel(mine, language);
    const made = editor.createDiffEditor(place.current, {
      ...OPTIONS,
      readOnly: true,
    });
    // Not by the options of the whole: those leave a read-only side without a name.
    made.getOriginalEditor().updateOptions({ ariaLabel: "The file as it is now" });
    made.getModifiedEditor().updateOptions({ ariaLabel: "Your version" });
    made.setModel({ original, modified });
    return () => {
      made.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [fileKey, theirs, mine]);
  useEffect(() => editor.setTheme(themeOf(dark)), [dark]);
  return <div ref={place} className={styles["diff"]} />;
}
