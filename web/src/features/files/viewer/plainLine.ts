const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;

/** Returns a line of a log as it can be shown: without colours, with pictures for the bytes that are no text, and with
 * nothing that would turn the direction of what follows. */
export function plainLine(line: string): string {
  return line
    .replace(/\r$/, "")
    .replace(ANSI, "")
    .replace(CONTROL, (c) => (c === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + c.charCodeAt(0))))
    .replace(BIDI, "\ufffd");
}
