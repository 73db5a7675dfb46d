import { describe, expect, test } from "vitest";
import { entries, nextOrder, orderOf } from "./entries";
import { crumbs, endingOf, folderOf, nameOf, prefixIn } from "./paths";

describe("paths", () => {
  test("a folder's way begins at its root", () => {
    expect(crumbs("jobs/digits/", "digits", "jobs/digits/files_out/site-1/")).toEqual([
      { label: "digits", prefix: "jobs/digits/" },
      { label: "files_out", prefix: "jobs/digits/files_out/" },
      { label: "site-1", prefix: "jobs/digits/files_out/site-1/" },
    ]);
    expect(crumbs("", "Bucket", "")).toEqual([{ label: "Bucket", prefix: "" }]);
  });

  test("an empty part of a key is a folder too", () => {
    expect(crumbs("", "Bucket", "a//").map((step) => step.prefix)).toEqual(["", "a/", "a//"]);
    expect(nameOf("a//")).toBe("");
    expect(folderOf("a//")).toBe("a/");
  });

  test.each([
    ["a/b.txt", "b.txt", "a/", "txt"],
    ["a/b/", "b", "a/", ""],
    ["top.TAR.GZ", "top.TAR.GZ", "", "gz"],
    [".hidden", ".hidden", "", ""],
    ["x/<b>& ü💡", "<b>& ü💡", "x/", ""],
  ])("%s", (key, name, folder, ending) => {
    expect(nameOf(key)).toBe(name);
    expect(folderOf(key)).toBe(folder);
    expect(endingOf(key)).toBe(ending);
  });

  test("an address leads nowhere but below the root", () => {
    expect(prefixIn("jobs/a/", "jobs/b/")).toBe("jobs/a/");
    expect(prefixIn("jobs/a/", "jobs/a/x/y.txt")).toBe("jobs/a/x/");
    expect(prefixIn("", null)).toBe("");
  });
});

describe("entries", () => {
  const file = (key: string, sizeBytes: number, modifiedAt: string) => ({ key, sizeBytes, modifiedAt, etag: "e" });
  const page = {
    prefix: "p/",
    folders: ["p/z/", "p/a/"],
    items: [file("p/", 0, "2026-01-01"), file("p/site-10", 1, "2026-01-03"), file("p/site-2", 5, "2026-01-02")],
  };
  const names = (order: string | null) => entries([page], orderOf(order)).map((entry) => entry.name);

  test("folders come first, numbers in their order, and the folder's own marker is left out", () => {
    expect(names(null)).toEqual(["a", "z", "site-2", "site-10"]);
    expect(names("-name")).toEqual(["z", "a", "site-10", "site-2"]);
    expect(names("-size")).toEqual(["a", "z", "site-2", "site-10"]);
    expect(names("-changed")).toEqual(["a", "z", "site-10", "site-2"]);
  });

  test("a click on a column orders by it, another turns it round", () => {
    expect(nextOrder(orderOf(null), "size")).toBe("-size");
    expect(nextOrder(orderOf("-size"), "size")).toBe("size");
    expect(nextOrder(orderOf(null), "name")).toBe("-name");
    expect(nextOrder(orderOf("-name"), "name")).toBeNull();
  });
});
