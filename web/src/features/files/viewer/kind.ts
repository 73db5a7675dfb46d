import { endingOf } from "../paths";

/** What a file is, by its first bytes before its name: names lie. */
export type Kind =
  | { readonly is: "image"; readonly type: string }
  | { readonly is: "model"; readonly format: "pt" | "safetensors" }
  | { readonly is: "table" }
  | { readonly is: "text" }
  | { readonly is: "binary"; readonly words: string };

const TEXT_ENDINGS = new Set(
  "txt log csv tsv json jsonl py md rst yaml yml toml ini cfg conf xml html svg css js ts sh ipynb".split(" "),
);

const MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ["zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["gzip file", [0x1f, 0x8b]],
  ["NumPy array", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ["PDF document", [0x25, 0x50, 0x44, 0x46]],
  ["HDF5 file", [0x89, 0x48, 0x44, 0x46]],
  ["Parquet file", [0x50, 0x41, 0x52, 0x31]],
  ["pickle", [0x80, 0x04]],
  ["pickle", [0x80, 0x02]],
];

/** Returns what a file is.
 *
 * @param head its first bytes
 */
export function kindOf(key: string, head: Uint8Array): Kind {
  const image = imageType(head);
  if (image) return { is: "image", type: image };
  const ending = endingOf(key);
  if (ending === "pt" || ending === "pth") return { is: "model", format: "pt" };
  if (ending === "safetensors") return { is: "model", format: "safetensors" };
  if (TEXT_ENDINGS.has(ending) ? !looksPacked(head) : looksLikeText(head)) {
    return ending === "csv" || ending === "tsv" ? { is: "table" } : { is: "text" };
  }
  return { is: "binary", words: MAGIC.find(([, bytes]) => begins(head, bytes))?.[0] ?? "binary file" };
}

/** Returns the type of a picture that a browser may show; SVG is a program, and none. */
export function imageType(head: Uint8Array): string | null {
  if (begins(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (begins(head, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (begins(head, [0x47, 0x49, 0x46, 0x38])) return "image/gif";
  if (begins(head, [0x52, 0x49, 0x46, 0x46]) && begins(head.subarray(8), [0x57, 0x45, 0x42, 0x50])) return "image/webp";
  return null;
}

function begins(bytes: Uint8Array, start: readonly number[]): boolean {
  return bytes.length >= start.length && start.every((byte, at) => bytes[at] === byte);
}

function looksPacked(head: Uint8Array): boolean {
  return MAGIC.some(([, bytes]) => bytes.length > 2 && begins(head, bytes));
}

/** Text has no NUL, and few other bytes that no editor writes. */
function looksLikeText(head: Uint8Array): boolean {
  const odd = head.reduce((sum, byte) => sum + (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) ? 1 : 0), 0);
  if (head.includes(0) || odd > head.length / 50) return false;
  try {
    // The last character may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
