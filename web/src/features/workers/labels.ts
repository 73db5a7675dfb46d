export type Labels = Readonly<Record<string, string>>;

/** Returns labels as lines that a person can edit. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n");
}

/** Reads them back.
 *
 * @throws Error that names the line which is none
 */
export function labelsOf(text: string): Labels {
  const labels: Record<string, string> = {};
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    if (at <= 0) throw new Error(`[labels] "${line}" is no label; write name=value, one a line`);
    labels[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return labels;
}
