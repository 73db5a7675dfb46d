import type { JobForm } from "./form";

/** What a step of the form gets. */
export interface PartProps {
  readonly form: JobForm;
  readonly onChange: (wish: Partial<JobForm>) => void;
}
