import type { Job } from "../api/types";

const LIKED = [/^val.*acc/i, /acc/i, /f1|auc|iou|bleu/i, /^val.*loss/i, /loss/i];

/** Returns the metric by which a person would judge a job: the one it is selected by, else accuracy before loss. */
export function mainMetric(job: Job): string | null {
  const names = Object.keys(job.metrics).sort();
  const selected = job.spec.federation?.select?.metric;
  if (selected && names.includes(selected)) return selected;
  for (const pattern of LIKED) {
    const name = names.find((each) => pattern.test(each));
    if (name) return name;
  }
  return names[0] ?? null;
}
