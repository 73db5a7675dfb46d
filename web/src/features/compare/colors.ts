const COLORS = 8;

/** Returns the name of the CSS variable of a job's curves. */
export function colorOf(place: number): string {
  return `--r-series-${place % COLORS}`;
}
