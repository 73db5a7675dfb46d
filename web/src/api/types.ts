import type { components } from "./schema";

type Schemas = components["schemas"];
export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type JobSpec = Schemas["JobSpec"];
export type JobFailure = Schemas["JobFailure"];
export type JobWarning = Schemas["JobWarning"];
export type Session = Schemas["Session"];
export type User = Schemas["User"];
export type Worker = Schemas["Worker"];
export type WorkerPatch = Schemas["WorkerPatch"];
export type WorkerToken = Schemas["WorkerToken"];
export type GpuCatalogEntry = Schemas["GpuCatalogEntry"];
export type StrategyEntry = Schemas["StrategyEntry"];
export type StrategyParameter = Schemas["StrategyParameter"];
export type ApiKey = Schemas["ApiKey"];
export type Bucket = Schemas["Bucket"];
export type UserPatch = Schemas["UserPatch"];
export type NewUser = Schemas["NewUser"];
export type AuditEntry = Schemas["AuditEntry"];
export type Preflight = Schemas["Preflight"];
export type Manifest = Schemas["Manifest"];
export type Telemetry = Schemas["Telemetry"];
export type LogLine = Schemas["LogLine"];
export type Round = Schemas["Round"];
export type Contribution = Schemas["Contribution"];
export type Assignment = Schemas["Assignment"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type MetricPoint = Schemas["MetricPoint"];

export type FileListing = Schemas["FileListing"];
export type FileEntry = Schemas["FileListingEntry"];
export type Folder = Schemas["Folder"];
export type Usage = Schemas["Usage"];
export type Upload = Schemas["Upload"];
export type PresignedUrl = Schemas["PresignedUrl"];

export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}
