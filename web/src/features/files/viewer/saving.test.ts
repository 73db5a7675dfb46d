import { expect, test } from "vitest";
import { ApiError } from "../../../api/http";
import { parseCsv } from "./csv";
import { hexRow } from "./HexView";
import { saveText, type TextStore, type Version } from "./saving";
import { headerTensors } from "./tensors";

/** One file, as the server keeps it. */
class OneFile implements TextStore {
  #version = 1;

  constructor(private text: string | null) {}

  get now(): Version | null {
    return this.text === null ? null : { text: this.text, etag: `"${this.#version}"` };
  }

  readonly write = (_: string, text: string, etag: string | null) => {
    if ((this.now?.etag ?? null) !== etag) {
      return Promise.reject(new ApiError(412, "precondition_failed", "changed", null, null, {}));
    }
    this.change(text);
    return Promise.resolve(this.now?.etag ?? "");
  };

  readonly read = () => Promise.resolve(this.now);

  change(text: string | null): void {
    this.#version++;
    this.text = text;
  }
}

test("a text is saved over the version that it was made from, again and again", async () => {
  const file = new OneFile("one");
  const first = await saveText(file, "k", "two", file.now?.etag ?? null);
  expect(first).toEqual({ is: "saved", version: { text: "two", etag: '"2"' } });
  expect(await saveText(file, "k", "three", '"2"')).toMatchObject({ is: "saved" });
  expect(file.now?.text).toBe("three");
});

test("what somebody else saved is kept and shown, until the person decides", async () => {
  const file = new OneFile("one");
  const opened = file.now?.etag ?? null;
  file.change("theirs");

  const outcome = await saveText(file, "k", "mine", opened);

  expect(outcome).toEqual({ is: "conflict", theirs: { text: "theirs", etag: '"2"' } });
  expect(file.now?.text).toBe("theirs");
  expect(await saveText(file, "k", "mine", '"2"')).toMatchObject({ is: "saved" });
  expect(file.now?.text).toBe("mine");
});

test("a file that was deleted meanwhile can be written again", async () => {
  const file = new OneFile("one");
  const opened = file.now?.etag ?? null;
  file.change(null);

  expect(await saveText(file, "k", "mine", opened)).toEqual({ is: "conflict", theirs: null });
  expect(await saveText(file, "k", "mine", null)).toMatchObject({ is: "saved" });
});

test("another refusal is no conflict", async () => {
  const refusing: TextStore = {
    write: () => Promise.reject(new ApiError(403, "storage_quota_exceeded", "full", null, null, {})),
    read: () => Promise.resolve(null),
  };
  await expect(saveText(refusing, "k", "x", null)).rejects.toMatchObject({ code: "storage_quota_exceeded" });
});

test("separated values, with quotes, line breaks and a cut", () => {
  expect(parseCsv('a,"b ""x"", y"\r\n"1\n2",\n', ",", 10)).toEqual([
    ["a", 'b "x", y'],
    ["1\n2", ""],
  ]);
  expect(parseCsv("a\tb\n1\t2\n3\t4", "\t", 2)).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
  expect(parseCsv("", ",", 10)).toEqual([]);
});

test("bytes as numbers and characters", () => {
  const row = hexRow(new Uint8Array([0x4d, 0x5a, 0]), 0);
  expect(row).toMatch(/^00000000 {2}4d 5a 00 +MZ\.$/);
});

test("the header of a file of tensors", () => {
  const header = { __metadata__: { a: "b" }, w: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] } };
  expect(headerTensors(JSON.stringify(header))).toEqual([{ name: "w", dtype: "F32", shape: "[2, 3]", sizeBytes: 24 }]);
  expect(headerTensors("no header")).toBeNull();
});
