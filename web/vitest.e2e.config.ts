import { defineConfig } from "vitest/config";

// The built product in a real browser: one server for all files, which run one after the other.
export default defineConfig({
  test: {
    include: ["e2e/**/*.e2e.ts"],
    globalSetup: ["e2e/product.ts"],
    fileParallelism: false,
    // The tests of a file are one story: what follows a break tells nothing new.
    bail: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
