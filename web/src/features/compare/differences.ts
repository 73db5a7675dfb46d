import type { Job } from "../../api/types";
import { settings } from "../../ui/settings";

/** One setting in which jobs differ, with each job's value in their order; undefined where it is not set. */
export interface Difference {
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

/** Returns the settings in which jobs differ, and nothing of what they have in common. */
export function differences(jobs: readonly Job[]): readonly Difference[] {
  const each = jobs.map((job) => flat(job));
  const names = [...new Set(each.flatMap((settings) => [...settings.keys()]))];
  return names
    .map((name) => ({ name, values: each.map((settings) => settings.get(name)) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** A job's settings. Its name and folder differ from any other's, and say nothing about why it went otherwise. */
function flat(job: Job): ReadonlyMap<string, string> {
  const entries = settings(job.spec).flatMap(([group, settings]) =>
    settings.map(([name, value]) => [`${group}: ${name}`, value.replace(`jobs/${job.slug}/`, "")] as const),
  );
  return new Map(entries.filter(([name]) => name !== "Job: Name"));
}
