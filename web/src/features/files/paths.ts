/** One step of the way to a folder. */
export interface Crumb {
  readonly label: string;
  /** The folder's prefix: empty for the whole bucket, else with a slash at its end. */
  readonly prefix: string;
}

/** Returns the folders from a root to a prefix below it, the root first.
 *
 * @param rootLabel what the root is called
 */
export function crumbs(root: string, rootLabel: string, prefix: string): readonly Crumb[] {
  const way: Crumb[] = [{ label: rootLabel, prefix: root }];
  let at = root;
  for (const part of prefix.slice(root.length).split("/").slice(0, -1)) {
    at += part + "/";
    way.push({ label: part, prefix: at });
  }
  return way;
}

/** Returns the last part of a key or prefix, without the slash of a folder. An empty part is a name too, as in S3. */
export function nameOf(key: string): string {
  const end = key.endsWith("/") ? key.length - 1 : key.length;
  return key.slice(key.lastIndexOf("/", end - 1) + 1, end);
}

/** Returns the folder that holds a key or prefix, empty at the top. */
export function folderOf(key: string): string {
  const end = key.endsWith("/") ? key.length - 1 : key.length;
  return key.slice(0, key.lastIndexOf("/", end - 1) + 1);
}

/** Returns the folder that an address names below a root; what is none of its folders is the root itself. */
export function prefixIn(root: string, wish: string | null): string {
  if (!wish || !wish.startsWith(root)) return root;
  return wish.endsWith("/") ? wish : folderOf(wish);
}

/** Returns a file's ending in lower case, without the dot; empty where there is none. */
export function endingOf(key: string): string {
  const name = nameOf(key);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}
