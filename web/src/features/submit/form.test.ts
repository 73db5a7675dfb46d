import { expect, test } from "vitest";
import { EMPTY, extraOf, modelClass, NO_FILES, places, specOf } from "./form";

const FORM = { ...EMPTY, name: "My Digits!", code: "class Net(nn.Module):\n  pass", className: "Net" };

test("weights to start from and assets lie beside the code", () => {
  const files = { ...NO_FILES, checkpoint: new File([], "start.pt"), assets: [new File([], "vocab.txt")] };
  expect(specOf(FORM, files)).toMatchObject({
    checkpoint: `${places(FORM.name).model}start.pt`,
    assets: places(FORM.name).assets,
  });
  expect(specOf(FORM, NO_FILES)).not.toHaveProperty("checkpoint");
});

test("makes a specification whose files lie in the job's folder", () => {
  expect(specOf(FORM, NO_FILES)).toMatchObject({
    name: "My Digits!",
    scripts: "jobs/my-digits/scripts/",
    shards: "jobs/my-digits/shards/",
    requirements: "jobs/my-digits/requirements.txt",
    model: { module: "model_def", class: "Net" },
    federation: { rounds: 5, strategy: { name: "fed_avg" } },
    selection: { auto: {} },
  });
  expect(specOf(FORM, NO_FILES).federation).not.toHaveProperty("select");
  expect(specOf(FORM, NO_FILES).federation).not.toHaveProperty("minClients");
});

test("names the encoding of the transfer where there is one", () => {
  expect(specOf({ ...FORM, quantization: "float16" }, NO_FILES).federation).toMatchObject({ quantization: "float16" });
  expect(specOf(FORM, NO_FILES).federation).not.toHaveProperty("quantization");
});

test("names the strategy with what differs from its defaults", () => {
  const form = { ...FORM, strategy: "fed_adam", strategyArgs: { beta1: 0.5 } };
  expect(specOf(form, NO_FILES).federation).toMatchObject({ strategy: { name: "fed_adam", args: { beta1: 0.5 } } });
});

test("counts prices in cents, and says what was wished of workers", () => {
  const auto = specOf({ ...FORM, gpuModels: ["cpu"], maxPrice: 1.15, onlyMine: true }, NO_FILES).selection;
  expect(auto).toEqual({ auto: { gpuModels: ["cpu"], maxPricePerGpuHourCents: 115, onlyMine: true } });
  expect(specOf({ ...FORM, workers: "chosen", workerIds: ["wrk_1"] }, NO_FILES).selection).toEqual({
    workerIds: ["wrk_1"],
  });
});

test("names what is missing", () => {
  expect(() => specOf({ ...FORM, name: " " }, NO_FILES)).toThrow("[name]");
  expect(() => specOf({ ...FORM, code: "" }, NO_FILES)).toThrow("[model_def.py]");
  expect(() => extraOf("[1]")).toThrow("no JSON object");
  expect(extraOf('{"A": 1}')).toEqual({ A: 1 });
});

test("finds the model's class", () => {
  expect(modelClass("import torch\nclass A:\n  pass\nclass Net(torch.nn.Module):\n  pass")).toBe("Net");
  expect(modelClass("x = 1")).toBe("");
});

test("finds a folder for any name", () => {
  expect(places("../é<b>").code).toBe("jobs/e-b/scripts/model_def.py");
  expect(places("***").shards).toBe("jobs/job/shards/");
});
