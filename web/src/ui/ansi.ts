/** A piece of a log line and how it is shown. */
export interface Span {
  readonly text: string;
  /** 0 to 7 of the terminal's eight colours, null for none. */
  readonly color: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
}

// CSI and OSC sequences; a lone escape is shown as what it is.
const ESCAPES = /\u001b\[([0-9;:?<=>]*)([ -/]*[@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Splits a line at its colour sequences. Others are left out; control characters are made visible. */
export function spans(line: string): readonly Span[] {
  const found: Span[] = [];
  let style = { color: null as number | null, bold: false, dim: false };
  let from = 0;
  const add = (text: string) => {
    if (text) found.push({ text: visible(text), ...style });
  };
  for (const match of line.matchAll(ESCAPES)) {
    add(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === "m") style = styled(style, match[1] ?? "");
  }
  add(line.slice(from));
  return found;
}

/** Returns a line without colour sequences, for searching. */
export function plain(line: string): string {
  return line.includes("\u001b") ? line.replace(ESCAPES, "") : line;
}

function styled(before: Omit<Span, "text">, codes: string): Omit<Span, "text"> {
  let { color, bold, dim } = before;
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at++) {
    const code = numbers[at] ?? 0;
    if (code === 0) [color, bold, dim] = [null, false, false];
    else if (code === 1) bold = true;
    else if (code === 2) dim = true;
    else if (code === 22) [bold, dim] = [false, false];
    else if (code >= 30 && code <= 37) color = code - 30;
    else if (code >= 90 && code <= 97) color = code - 90;
    else if (code === 39) color = null;
    // 256 and true colours have arguments, which must not be read as codes.
    else if (code === 38 || code === 48) at += numbers[at + 1] === 5 ? 2 : 4;
  }
  return { color, bold, dim };
}

/** Makes control characters, and those that turn the direction of text, visible by their numbers. */
function visible(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}
