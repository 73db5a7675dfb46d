import styles from "./viewer.module.css";

const SHOWN = 1024;
const ROW = 16;

/** The first bytes of a file, as numbers and as characters. */
export function HexView({ head }: { readonly head: Uint8Array }) {
  const shown = head.subarray(0, SHOWN);
  const rows = Array.from({ length: Math.ceil(shown.length / ROW) }, (_, at) => hexRow(shown, at * ROW));
  return (
    <pre className={styles["hex"]} tabIndex={0} aria-label={`The first ${shown.length} bytes`}>
      {rows.join("\n")}
    </pre>
  );
}

/** Returns a row such as `00000010  4d 5a …  MZ…`. */
export function hexRow(bytes: Uint8Array, from: number): string {
  const row = [...bytes.subarray(from, from + ROW)];
  const numbers = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const characters = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
  return `${from.toString(16).padStart(8, "0")}  ${numbers.padEnd(ROW * 3 - 1)}  ${characters}`;
}
