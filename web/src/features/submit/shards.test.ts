import { expect, test } from "vitest";
import { shardOrder } from "./shards";

test("orders by number, and keeps the latest of a name", () => {
  const files = ["s10.zip", "s2.zip", "s2.zip"].map((name, size) => ({ name, size }));
  expect(shardOrder(files)).toEqual([
    { name: "s2.zip", size: 2 },
    { name: "s10.zip", size: 0 },
  ]);
});
