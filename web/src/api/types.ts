import type { components } from "./schema";

type Schemas = components["schemas"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type User = Schemas["User"];
export type Worker = Schemas["Worker"];
export type LogLine = Schemas["LogLine"];
export type Round = Schemas["Round"];
export type MetricPoint = Schemas["MetricPoint"];

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}
