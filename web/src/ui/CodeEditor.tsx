import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { editor, languageOf, OPTIONS, themeOf } from "./monaco";

interface Props {
  /** What the text is, for screen readers. Another one is another text, with a history of its own. */
  readonly label: string;
  /** Of the file's name, such as `py`: by it the text is coloured. */
  readonly ending: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Called on Ctrl+S and Cmd+S. */
  readonly onSave?: () => void;
}

/** A text in Monaco, as large as what is around it. A new `text` replaces what is being edited. Tab leaves it after Ctrl+M. */
export default function CodeEditor({ label, ending, text, onChange, onSave }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const shown = useRef<editor.IStandaloneCodeEditor>(null);
  const first = useRef(text);
  const listeners = useRef({ onChange, onSave });
  const dark = useComputedColorScheme("light") === "dark";
  useEffect(() => {
    listeners.current = { onChange, onSave };
  });
  useEffect(() => {
    if (!place.current) return;
    const model = editor.createModel(first.current, languageOf(ending));
    const made = editor.create(place.current, { ...OPTIONS, model, ariaLabel: label });
    const changes = model.onDidChangeContent(() => listeners.current.onChange(model.getValue()));
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
  }, [label, ending]);
  useEffect(() => {
    const model = shown.current?.getModel();
    if (model && model.getValue() !== text) model.setValue(text);
  }, [text]);
  useEffect(() => editor.setTheme(themeOf(dark)), [dark]);
  return <div ref={place} style={{ height: "100%" }} />;
}
