/** A group's name and its settings, each as name and value in words. */
export type Group = readonly [string, readonly (readonly [string, string])[]];

/** Returns a configuration's settings by group, nested ones with dots in their names. What is not set is left out. */
export function settings(spec: object): readonly Group[] {
  const inputs: [string, string][] = [];
  const groups: [string, [string, string][]][] = [];
  for (const [name, value] of Object.entries(spec)) {
    if (isObject(value)) {
      const entries = flat(value, "");
      if (entries.length > 0) groups.push([words(name), entries]);
    } else if (isSet(value)) {
      inputs.push([words(name), text(value)]);
    }
  }
  return [["Job", inputs], ...groups];
}

function flat(value: Readonly<Record<string, unknown>>, before: string): [string, string][] {
  return Object.entries(value).flatMap(([name, part]): [string, string][] => {
    // Names that users gave, as in `extra`, stay as they are.
    const full = before ? `${before}.${name}` : words(name);
    if (isObject(part)) return flat(part, full);
    return isSet(part) ? [[full, text(part)]] : [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}

/** Turns `localEpochs` into `Local epochs`, and a unit at its end into one in brackets. */
function words(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const unit = spaced.replace(/ (seconds|bytes|mb|cents)$/, " ($1)").replace("(mb)", "(MB)");
  return unit.charAt(0).toUpperCase() + unit.slice(1);
}
