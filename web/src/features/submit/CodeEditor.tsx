import { useComputedColorScheme } from "@mantine/core";
import "monaco-editor/features/bracketMatching/register.js";
import "monaco-editor/features/clipboard/register.js";
import "monaco-editor/features/codeEditor/register.js";
import "monaco-editor/features/comment/register.js";
import "monaco-editor/features/find/register.js";
import "monaco-editor/features/indentation/register.js";
import "monaco-editor/features/toggleTabFocusMode/register.js";
import "monaco-editor/features/wordOperations/register.js";
import "monaco-editor/languages/definitions/python/register.js";
import { editor as monaco } from "monaco-editor/editor/editor.api.js";
import EditorWorker from "monaco-editor/editor/editor.worker.js?worker";
import { useEffect, useRef } from "react";

interface Props {
  readonly value: string;
  readonly label: string;
  readonly onChange: (value: string) => void;
}

self.MonacoEnvironment ??= { getWorker: () => new EditorWorker() };

/** Edits Python; Tab leaves it after Ctrl+M. Loaded when it is first shown; all of it comes from this server. */
export function CodeEditor({ value, label, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.IStandaloneCodeEditor | null>(null);
  const scheme = useComputedColorScheme("light");
  const latest = useRef({ value, onChange });
  useEffect(() => {
    latest.current = { value, onChange };
    const made = editor.current;
    if (made && made.getValue() !== value) made.setValue(value);
  }, [value, onChange]);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = monaco.create(element, {
      value: latest.current.value,
      language: "python",
      ariaLabel: label,
      automaticLayout: true,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      fontSize: 13,
      wordBasedSuggestions: "off",
      links: false,
    });
    const listening = made.onDidChangeModelContent(() => latest.current.onChange(made.getValue()));
    editor.current = made;
    return () => {
      listening.dispose();
      made.getModel()?.dispose();
      made.dispose();
      editor.current = null;
    };
  }, [label]);

  useEffect(() => {
    monaco.setTheme(scheme === "dark" ? "vs-dark" : "vs");
  }, [scheme]);

  return <div ref={place} style={{ height: "100%" }} />;
}
