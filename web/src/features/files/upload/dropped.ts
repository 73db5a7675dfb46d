import type { Wish } from "./queue";

/** Returns the files of a drop with their paths below the folder that they are dropped on; folders are read through. */
export async function dropped(data: DataTransfer, prefix: string): Promise<readonly Wish[]> {
  // The items are gone after the first wait: ask each for its entry at once.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map((entry) => wishesOf(entry, prefix)))).flat();
}

/** Returns the files that an input chose; those of a folder keep their paths. */
export function chosen(files: FileList, prefix: string): readonly Wish[] {
  return [...files].map((file) => ({ key: prefix + (file.webkitRelativePath || file.name), file }));
}

async function wishesOf(entry: FileSystemEntry, prefix: string): Promise<readonly Wish[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ key: prefix + file.name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const wishes: Wish[] = [];
  for (;;) {
    // It gives a hundred at a time, and none at the end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return wishes;
    for (const each of batch) wishes.push(...(await wishesOf(each, `${prefix}${entry.name}/`)));
  }
}
