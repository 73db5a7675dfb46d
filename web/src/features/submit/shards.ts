const NATURAL = new Intl.Collator("en", { numeric: true });

/** Returns shards in the order of their sites: natural order of names, a name's latest file. */
export function shardOrder<T extends { readonly name: string }>(files: readonly T[]): readonly T[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  return [...byName.values()].sort((a, b) => NATURAL.compare(a.name, b.name));
}
