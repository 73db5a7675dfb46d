import type { JobSpec } from "../../api/types";

/** What a person has filled in, as it stands in the fields. */
export interface JobForm {
  readonly name: string;
  readonly code: string;
  readonly className: string;
  readonly requirements: string;
  readonly localEpochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** JSON: further entries of the environment. */
  readonly extra: string;
  readonly rounds: number;
  /** 0 for all shards. */
  readonly minClients: number;
  readonly strategy: string;
  /** What differs from the defaults of the strategy's parameters. */
  readonly strategyArgs: Readonly<Record<string, number>>;
  /** How weights travel; empty for as they are. */
  readonly quantization: string;
  readonly metric: string;
  readonly mode: "max" | "min";
  readonly workers: "auto" | "chosen";
  readonly workerIds: readonly string[];
  readonly gpuModels: readonly string[];
  /** In dollars; null for any price. */
  readonly maxPrice: number | null;
  readonly onlyMine: boolean;
}

export const EMPTY: JobForm = {
  name: "",
  code: "",
  className: "",
  requirements: "torch\nnumpy",
  localEpochs: 1,
  batchSize: 32,
  learningRate: 0.001,
  extra: "",
  rounds: 5,
  minClients: 0,
  strategy: "fed_avg",
  strategyArgs: {},
  quantization: "",
  metric: "",
  mode: "max",
  workers: "auto",
  workerIds: [],
  gpuModels: [],
  maxPrice: null,
  onlyMine: false,
};

/** The files that a person has chosen; nothing of them is read before the job is sent. */
export interface JobFiles {
  /** One a site, in the order of the sites. */
  readonly shards: readonly File[];
  /** The weights to start from. */
  readonly checkpoint: File | null;
  /** What the code reads at `env["ASSETS"]`. */
  readonly assets: readonly File[];
}

export const NO_FILES: JobFiles = { shards: [], checkpoint: null, assets: [] };

/** Where the files of a job go. */
export interface Places {
  readonly scripts: string;
  readonly code: string;
  readonly requirements: string;
  readonly shards: string;
  readonly model: string;
  readonly assets: string;
}

/** Returns the folders of a job with this name, beside those of other clients. */
export function places(name: string): Places {
  const folder = `jobs/${slug(name)}/`;
  return {
    scripts: `${folder}scripts/`,
    code: `${folder}scripts/model_def.py`,
    requirements: `${folder}requirements.txt`,
    shards: `${folder}shards/`,
    model: `${folder}model/`,
    assets: `${folder}assets/`,
  };
}

/** Returns the last part of a name's address, as the server makes it of plain names. */
export function slug(name: string): string {
  const text = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return text || "job";
}

/** Returns the class that a person most likely means: the first one of the code that is a torch module. */
export function modelClass(code: string): string {
  return /^class\s+([A-Za-z_]\w*)\s*\(.*\bModule\b.*\)\s*:/m.exec(code)?.[1] ?? "";
}

/** Returns the further entries of the environment.
 *
 * @throws Error if it is no JSON object
 */
export function extraOf(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error('[extra] it is no JSON object; write one such as {"MOMENTUM": 0.9}');
  }
  return value as Record<string, unknown>;
}

/** Returns the specification that the API takes.
 *
 * @throws Error that names what is missing
 */
export function specOf(form: JobForm, files: JobFiles): JobSpec {
  if (form.name.trim() === "") throw new Error("[name] it is empty; give the job a name");
  if (form.code.trim() === "") throw new Error("[model_def.py] it is empty; paste or open the code");
  const at = places(form.name);
  return {
    name: form.name.trim(),
    scripts: at.scripts,
    shards: at.shards,
    ...(form.requirements.trim() === "" ? {} : { requirements: at.requirements }),
    ...(files.checkpoint ? { checkpoint: at.model + files.checkpoint.name } : {}),
    ...(files.assets.length > 0 ? { assets: at.assets } : {}),
    model: { module: "model_def", class: form.className.trim() || null },
    training: {
      localEpochs: form.localEpochs,
      batchSize: form.batchSize,
      learningRate: form.learningRate,
      extra: extraOf(form.extra),
    },
    federation: {
      rounds: form.rounds,
      ...(form.minClients > 0 ? { minClients: form.minClients } : {}),
      strategy: { name: form.strategy, args: { ...form.strategyArgs } },
      ...(form.quantization === "" ? {} : { quantization: form.quantization }),
      ...(form.metric.trim() === "" ? {} : { select: { metric: form.metric.trim(), mode: form.mode } }),
    },
    selection: form.workers === "chosen" ? { workerIds: [...form.workerIds] } : { auto: auto(form) },
  };
}

function auto(form: JobForm) {
  return {
    ...(form.gpuModels.length > 0 ? { gpuModels: [...form.gpuModels] } : {}),
    ...(form.maxPrice === null ? {} : { maxPricePerGpuHourCents: Math.round(form.maxPrice * 100) }),
    ...(form.onlyMine ? { onlyMine: true } : {}),
  };
}
