const UNITS = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** Returns a size such as `1.4 MB` (thousands, as disks and networks count). */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? "B"}`;
}

/** Returns a size that the API gives in MiB. */
export function megabytesText(mebibytes: number): string {
  return bytesText(mebibytes * 1024 * 1024);
}

/** Returns a length of time such as `340 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min` or `3 d 4 h`. */
export function durationText(seconds: number): string {
  const positive = Math.max(0, seconds);
  if (positive < 0.9995) return `${Math.round(positive * 1000)} ms`;
  if (positive < 59.95) return `${positive < 9.95 ? positive.toFixed(1) : Math.round(positive)} s`;
  const whole = Math.round(positive);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return two(days, "d", hours, "h");
  if (whole >= 3_600) return two(hours, "h", minutes, "min");
  return two(minutes, "min", whole % 60, "s");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Returns how long ago, or in how long, in the largest unit that fits. */
export function agoText(then: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - then.getTime()) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 5) return "just now";
  const text =
    distance < 60
      ? `${distance} s`
      : distance < 3_600
        ? `${Math.floor(distance / 60)} min`
        : distance < 86_400
          ? `${Math.floor(distance / 3_600)} h`
          : `${Math.floor(distance / 86_400)} d`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

// Made once: making one takes longer than to draw the line of a log that shows it.
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

/** Returns the exact local time, with seconds and zone. */
export function exactText(time: Date): string {
  return EXACT.format(time);
}

/** Returns a number with enough digits to compare metrics: 0.9712, 12.35, 1.2e-7. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && size < 1e9)) return value.toLocaleString("en");
  if (size < 1e-3 || size >= 1e9) return value.toExponential(2);
  return size >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
}

/** Returns a count with its noun: `1 job`, `3 jobs`. */
export function count(number: number, noun: string, plural: string = noun + "s"): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;
}

/** Returns an amount of money from cents, such as `$1.25`. */
export function priceText(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`;
}
