import { expect, test } from "vitest";
import { kindOf } from "./kind";

const text = (words: string) => new TextEncoder().encode(words);
const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);

test("a picture is one by its bytes, whatever its name", () => {
  expect(kindOf("a.txt", PNG)).toEqual({ is: "image", type: "image/png" });
  expect(kindOf("a", new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toEqual({ is: "image", type: "image/jpeg" });
  expect(kindOf("a", text("GIF89a"))).toEqual({ is: "image", type: "image/gif" });
  expect(kindOf("a", text("RIFF....WEBPVP8 "))).toEqual({ is: "image", type: "image/webp" });
  expect(kindOf("a.wav", text("RIFF....WAVEfmt ")).is).not.toBe("image");
});

test("SVG and HTML are text, never a page", () => {
  expect(kindOf("a.svg", text('<svg onload="x()">'))).toEqual({ is: "text" });
  expect(kindOf("a.png", text("<svg/>"))).toEqual({ is: "text" });
  expect(kindOf("a.html", text("<script>x()</script>"))).toEqual({ is: "text" });
});

test("a log with odd bytes stays a log; an unknown file with them is none", () => {
  const odd = new Uint8Array([...text("line\n"), 0, 1, 2, 0xff]);
  expect(kindOf("train.log", odd)).toEqual({ is: "text" });
  expect(kindOf("train", odd)).toEqual({ is: "binary", words: "binary file" });
});

test("a character that is cut at the end of the head is no fault", () => {
  expect(kindOf("notes", text("grün").subarray(0, 3))).toEqual({ is: "text" });
});

test("models, tables, archives and empty files", () => {
  expect(kindOf("m/checkpoint.pt", text("PK\x03\x04"))).toEqual({ is: "model", format: "pt" });
  expect(kindOf("m.safetensors", text("{}"))).toEqual({ is: "model", format: "safetensors" });
  expect(kindOf("x.csv", text("a,b\n"))).toEqual({ is: "table" });
  expect(kindOf("shard.zip", text("PK\x03\x04"))).toEqual({ is: "binary", words: "zip archive" });
  expect(kindOf("renamed.txt", text("PK\x03\x04"))).toEqual({ is: "binary", words: "zip archive" });
  expect(kindOf("empty", new Uint8Array())).toEqual({ is: "text" });
});
