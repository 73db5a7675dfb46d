import { bytesText } from "./format";

/** Shows a size; the exact number of bytes on hover. */
export function Bytes({ bytes }: { readonly bytes: number }) {
  return (
    <span className="r-numbers" title={`${bytes.toLocaleString("en")} bytes`}>
      {bytesText(bytes)}
    </span>
  );
}
