/** As many as the API compares at once. */
export const MOST = 20;

/** Reads the ids of the address: each once, no more than can be compared. */
export function chosenIds(text: string | null): readonly string[] {
  const ids = (text ?? "").split(",").map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))].slice(0, MOST);
}
