import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { endingOf, nameOf } from "../paths";
import { editor, languageOf, OPTIONS } from "./monaco";
import styles from "./viewer.module.css";

interface Props {
  readonly fileKey: string;
  readonly text: string;
  /** Undefined where the text can only be read. */
  readonly onChange?: ((text: string) => void) | undefined;
  readonly onSave?: (() => void) | undefined;
}

/** A text in Monaco. A new `text` replaces what is being edited. Tab leaves it after Ctrl+M. */
export default function CodeEditor({ fileKey, text, onChange, onSave }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<editor.IStandaloneCodeEditor>(null);
  const first = useRef(text);
  const listeners = useRef({ onChange, onSave });
  const dark = useComputedColorScheme("light") === "dark";
  const readOnly = onChange === undefined;
  useEffect(() => {
    listeners.current = { onChange, onSave };
  });
  useEffect(() => {
    if (!place.current) return;
    const model = editor.createModel(first.current, languageOf(endingOf(fileKey)));
    const made = editor.create(place.current, { ...OPTIONS, model, readOnly, ariaLabel: `Text of ${nameOf(fileKey)}` });
    const changes = model.onDidChangeContent(() => listeners.current.onChange?.(model.getValue()));
    // Ctrl+S and Cmd+S.
    made.onKeyDown((event) => {
      if ((event.ctrlKey || event.metaKey) && event.browserEvent.key === "s") {
        event.preventDefault();
        listeners.current.onSave?.();
      }
    });
    shown.current = made;
    return () => {
      changes.dispose();
      made.dispose();
      model.dispose();
    };
  }, [fileKey, readOnly]);
  useEffect(() => {
    const model = shown.current?.getModel();
    if (model && model.getValue() !== text) model.setValue(text);
  }, [text]);
  useEffect(() => editor.setTheme(dark ? "vs-dark" : "vs"), [dark]);
  return <div ref={place} className={styles["editor"]} />;
}
