import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoad } from "./firstLoad.ts";

export default defineConfig({
  plugins: [react(), firstLoad()],
  // Relative: the server may lie under any path of a proxy. It writes the real path into index.html (DashboardResource).
  base: "./",
  // `npm run dev` shows the pages over a running server: ROUNDELAY_URL=http://127.0.0.1:8000 npm run dev
  server: {
    proxy: {
      "/api": process.env["ROUNDELAY_URL"] ?? "http://127.0.0.1:8000",
      "/readyz": process.env["ROUNDELAY_URL"] ?? "http://127.0.0.1:8000",
    },
  },
  build: {
    outDir: "dist",
    target: "es2023",
    // The policy of the pages allows no inline script, and no data: address.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
  test: {
    environment: "jsdom",
    isolate: false,
    testTimeout: 30_000,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
  },
});
