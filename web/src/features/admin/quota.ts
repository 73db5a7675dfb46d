const GIGABYTE = 1e9;

/** Returns the bytes of a quota that a person gave in GB. */
export function bytesOf(gigabytes: string | number): number {
  const value = Number(gigabytes);
  if (gigabytes === "" || !Number.isFinite(value) || value < 0) {
    throw new Error(`[quota] "${gigabytes}" is no size; write a number of GB, 0 or more`);
  }
  return Math.round(value * GIGABYTE);
}

/** Returns a quota in GB, as a person edits it. */
export function gigabytesOf(bytes: number): number {
  return bytes / GIGABYTE;
}
