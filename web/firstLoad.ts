import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const LIMIT_BYTES = 300_000;
// What a person who opens the dashboard gets before the first list is there.
const FIRST_PAGES = /\/src\/features\/(jobs|session)\/index\.ts$/;

/** Fails the build where the compressed script of the first load grows over its limit. */
export function firstLoad(): Plugin {
  return {
    name: "first-load",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const wanted = chunks.filter((chunk) => chunk.isEntry || FIRST_PAGES.test(chunk.facadeModuleId ?? ""));
      const names = new Set(wanted.map((chunk) => chunk.fileName));
      // A set may grow while it is walked: imports of imports are loaded too.
      for (const name of names)
        chunks.find((chunk) => chunk.fileName === name)?.imports.forEach((each) => names.add(each));
      const bytes = chunks
        .filter((chunk) => names.has(chunk.fileName))
        .reduce((sum, chunk) => sum + gzipSync(chunk.code).length, 0);
      const text = `[first load] ${(bytes / 1000).toFixed(0)} KB of compressed script, the limit is ${LIMIT_BYTES / 1000} KB`;
      if (bytes > LIMIT_BYTES) this.error(`${text}; load what is not needed at once by import()`);
      console.log(text);
    },
  };
}
