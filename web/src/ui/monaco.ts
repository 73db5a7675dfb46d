// Loaded only when a text is opened. The features that a person uses to read and edit; no language servers.
import "monaco-editor/features/bracketMatching/register.js";
import "monaco-editor/features/caretOperations/register.js";
import "monaco-editor/features/clipboard/register.js";
import "monaco-editor/features/codeEditor/register.js";
import "monaco-editor/features/codicon/register.js";
import "monaco-editor/features/comment/register.js";
import "monaco-editor/features/contextmenu/register.js";
import "monaco-editor/features/diffEditor/register.js";
import "monaco-editor/features/find/register.js";
import "monaco-editor/features/folding/register.js";
import "monaco-editor/features/indentation/register.js";
import "monaco-editor/features/linesOperations/register.js";
import "monaco-editor/features/multicursor/register.js";
import "monaco-editor/features/toggleTabFocusMode/register.js";
import "monaco-editor/features/wordHighlighter/register.js";
import "monaco-editor/features/wordOperations/register.js";
import "monaco-editor/languages/definitions/markdown/register.js";
import "monaco-editor/languages/definitions/python/register.js";
import "monaco-editor/languages/definitions/yaml/register.js";
import EditorWorker from "monaco-editor/editor/editor.worker.js?worker";
import { editor, languages } from "monaco-editor/editor/editor.api.js";

self.MonacoEnvironment = { getWorker: () => new EditorWorker() };

// Monaco's own JSON mode brings a worker of its own for schemas; colours are all that is wanted here.
languages.register({ id: "json", extensions: [".json", ".jsonl", ".ipynb"] });
languages.setMonarchTokensProvider("json", {
  tokenizer: {
    root: [
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, "type"],
      [/"(?:[^"\\]|\\.)*"/, "string"],
      [/-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/, "number"],
      [/\b(?:true|false|null)\b/, "keyword"],
      [/[{}[\],:]/, "delimiter"],
    ],
  },
});

// Monaco's own grey of punctuation and green of comments are too pale on its dark ground for tired eyes (and WCAG AA).
editor.defineTheme("roundelay-dark", {
  base: "vs-dark",
  inherit: true,
  rules: [
    { token: "comment", foreground: "7fb36b" },
    { token: "delimiter", foreground: "d4d4d4" },
  ],
  colors: {},
});

/** Returns the name of the theme that goes with light or dark pages. */
export function themeOf(dark: boolean): string {
  return dark ? "roundelay-dark" : "vs";
}

const LANGUAGES: Readonly<Record<string, string>> = {
  py: "python",
  json: "json",
  jsonl: "json",
  ipynb: "json",
  yaml: "yaml",
  yml: "yaml",
  md: "markdown",
};

/** Returns the language of a file's ending. */
export function languageOf(ending: string): string {
  return LANGUAGES[ending] ?? "plaintext";
}

/** What both editors have in common. */
export const OPTIONS: editor.IEditorOptions & editor.IGlobalEditorOptions = {
  automaticLayout: true,
  fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSize: 13,
  lineNumbersMinChars: 4,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  // A word of another file is no help, and a bidi or look-alike character is shown as such.
  wordBasedSuggestions: "off",
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
  renderControlCharacters: true,
  links: false,
};

export { editor };
