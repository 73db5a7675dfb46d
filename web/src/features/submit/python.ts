import { EMPTY, extraOf, type JobFiles, type JobForm } from "./form";

/** Returns the same job as a program for the Python package. What is as by default is left out. */
export function pythonOf(form: JobForm, files: JobFiles): string {
  const imports = ["Roundelay"];
  const training = config("TrainingConfig", imports, [
    ["local_epochs", form.localEpochs, EMPTY.localEpochs],
    ["batch_size", form.batchSize, EMPTY.batchSize],
    ["learning_rate", form.learningRate, EMPTY.learningRate],
    ["extra", known(form.extra), {}],
  ]);
  const metric = form.metric.trim();
  if (metric) imports.push("SelectConfig");
  const federation = config(
    "FederationConfig",
    imports,
    [
      ["num_rounds", form.rounds, EMPTY.rounds],
      ["min_clients", form.minClients, EMPTY.minClients],
      ["strategy", form.strategy, EMPTY.strategy],
      ["strategy_args", form.strategyArgs, EMPTY.strategyArgs],
      ["quantization", form.quantization, EMPTY.quantization],
    ],
    metric ? `select=SelectConfig(${literal(metric)}, mode=${literal(form.mode)})` : null,
  );
  const lines = form.requirements.split("\n").filter((line) => line.trim() !== "");
  const call = [
    literal(`model_def.py:${form.className.trim() || "Net"}`),
    literal(form.name.trim() || "first job"),
    literal("shards"),
    `requirements_txt=${literal(lines)}`,
    ...(training ? [`training=${training}`] : []),
    ...(federation ? [`federation=${federation}`] : []),
    ...(files.checkpoint ? [`model_checkpoint=${literal(files.checkpoint.name)}`] : []),
    ...(files.assets.length > 0 ? [`extra_files=${literal(files.assets.map((file) => file.name))}`] : []),
    ...selection(form),
  ];
  return [
    `from roundelay import ${imports.sort().join(", ")}`,
    "",
    "client = Roundelay()  # server and key from the environment, or from: roundelay login",
    "job = client.rt_submit(",
    ...call.map((line) => `    ${line},`),
    ")",
    "print(job.id, job.dashboard_url)",
    "",
  ].join("\n");
}

type Argument = readonly [name: string, value: unknown, usual: unknown];

function config(name: string, imports: string[], all: readonly Argument[], last: string | null = null): string | null {
  const told = all
    .filter(([, value, usual]) => literal(value) !== literal(usual))
    .map(([argument, value]) => `${argument}=${literal(value)}`);
  if (last) told.push(last);
  if (told.length === 0) return null;
  imports.push(name);
  return `${name}(${told.join(", ")})`;
}

function selection(form: JobForm): readonly string[] {
  if (form.workers === "chosen") return [`worker_ids=${literal(form.workerIds)}`];
  return [
    ...(form.gpuModels.length > 0 ? [`gpu_models=${literal(form.gpuModels)}`] : []),
    ...(form.maxPrice === null ? [] : [`max_price_per_gpu_hour=${literal(form.maxPrice)}`]),
    ...(form.onlyMine ? ["only_mine_workers=True"] : []),
  ];
}

function known(extra: string): Readonly<Record<string, unknown>> {
  try {
    return extraOf(extra);
  } catch {
    return {};
  }
}

/** Returns a value as Python writes it. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([name, part]) => `${literal(name)}: ${literal(part)}`);
    return `{${entries.join(", ")}}`;
  }
  // JSON writes strings and numbers as Python reads them.
  return JSON.stringify(value);
}
