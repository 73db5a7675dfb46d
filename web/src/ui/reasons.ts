const REASONS: Readonly<Record<string, string>> = {
  gpu_out_of_memory: "The GPU ran out of memory",
  host_out_of_memory: "The machine ran out of memory",
  shard_count_mismatch: "Shards and workers do not match in number",
  no_eligible_worker: "No worker fits the job",
  shard_unreadable: "A shard cannot be read",
  model_def_missing: "model_def.py is missing",
  model_def_broken: "model_def.py cannot be imported",
  entrypoint_missing: "A class or function is missing in model_def.py",
  requirements_unresolvable: "The requirements cannot be installed",
  environment_failed: "The Python environment could not be made",
  gpu_unavailable: "The GPU cannot be used",
  train_raised: "The training function raised an error",
  validate_raised: "The validation function raised an error",
  harness_crashed: "The training process died",
  limit_exceeded: "A limit of the worker was exceeded",
  network_blocked: "The job tried to use the network",
  invalid_update: "A site returned an update that cannot be used",
  checkpoint_unreadable: "The checkpoint cannot be read",
  unsupported_workflow: "The workflow is not supported",
  storage_quota_exceeded: "The storage quota is used up",
  workers_lost: "Workers were lost",
  time_limit: "A time limit was reached",
  internal: "A fault of the server",
};

/** Returns why a job failed in words. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}
