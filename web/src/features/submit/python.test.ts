import { expect, test } from "vitest";
import { EMPTY, NO_FILES } from "./form";
import { literal, pythonOf } from "./python";

test("leaves out what is as by default", () => {
  const text = pythonOf({ ...EMPTY, name: "digits", className: "Net" }, NO_FILES);
  expect(text).toContain("from roundelay import Roundelay\n");
  expect(text).toContain('    "model_def.py:Net",\n    "digits",\n    "shards",\n');
  expect(text).not.toContain("Config");
});

test("names what was chosen by the package's own names", () => {
  const text = pythonOf(
    {
      ...EMPTY,
      name: 'a "b"',
      localEpochs: 2,
      extra: '{"NESTEROV": true}',
      rounds: 3,
      metric: "loss",
      mode: "min",
      gpuModels: ["cpu"],
      maxPrice: 1.5,
    },
    { shards: [], checkpoint: new File([], "start.pt"), assets: [new File([], "vocab.txt")] },
  );
  expect(text).toContain("from roundelay import FederationConfig, Roundelay, SelectConfig, TrainingConfig");
  expect(text).toContain('training=TrainingConfig(local_epochs=2, extra={"NESTEROV": True})');
  expect(text).toContain('federation=FederationConfig(num_rounds=3, select=SelectConfig("loss", mode="min"))');
  expect(text).toContain('"a \\"b\\""');
  expect(text).toContain('gpu_models=["cpu"]');
  expect(text).toContain("max_price_per_gpu_hour=1.5");
  expect(text).toContain('model_checkpoint="start.pt"');
  expect(text).toContain('extra_files=["vocab.txt"]');
});

test("writes values as Python does", () => {
  expect(literal({ a: null, b: [true, "x"] })).toBe('{"a": None, "b": [True, "x"]}');
});
