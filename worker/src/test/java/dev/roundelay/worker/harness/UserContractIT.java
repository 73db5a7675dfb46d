package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Elements;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What user code is promised, beyond the plain case.
@Timeout(120)
class UserContractIT {
    @TempDir
    Path folder;

    @Test
    void the_environment_of_the_function_is_as_documented() throws Exception {
        try (HarnessBench bench = new HarnessBench(folder)
                .module("""
                        import numpy, os, json
                        class Net:
                            def __init__(self, width): self.state = {"w": numpy.zeros(width)}
                            def state_dict(self): return self.state
                            def load_state_dict(self, state): self.state = state
                        def fl_train(model, env, out_dir, logger=None):
                            seed = env.pop("SEED")
                            print(json.dumps(env, sort_keys=True))
                            print(isinstance(seed, int), os.getcwd() == out_dir, out_dir, os.environ["HOME"])
                            return {"state_dict": model.state_dict(), "num_samples": 3}
                        """)
                .python(Pythons.distribution())
                .modelClass("Net", Map.of("width", 4))
                .extra(Map.of("MU", 0.01))) {
            Path model = bench.modelZero();
            Update update = bench.process().train(3, Files.move(model, model.resolveSibling("m3")));

            assertThat(update.samples()).isEqualTo(3);
            assertThat(bench.lines)
                    .containsExactly(
                            "info 3 {\"ASSETS\": \"/app/assets\", \"BATCH_SIZE\": 16, \"CURRENT_ROUND\": 3, \"DATA_ROOT\":"
                                    + " \"/app/payload\", \"EPOCHS\": 2, \"JOB_ID\": \"job_1\", \"LR\": 0.1, \"MU\": 0.01,"
                                    + " \"SITE_NAME\": \"site-2\"}",
                            "info 3 True True /app/out/round_3 /tmp/home");
        }
    }

    /// The strategy's correction is in `env` by name: zeros while the server keeps nothing for the site.
    @Test
    void a_correction_of_the_gradients_is_in_the_environment_of_a_training() throws Exception {
        try (HarnessBench bench =
                new HarnessBench(folder).module("""
                        import torch
                        class Net(torch.nn.Module):
                            def __init__(self):
                                super().__init__()
                                self.w = torch.nn.Parameter(torch.full((3,), 2.0))
                                self.register_buffer("count", torch.tensor(1))
                        def fl_train(model, env, out_dir, logger=None):
                            given = env["CORRECTION"]
                            print(sorted(given), given["w"].dtype, given["w"].tolist())
                            return {"weights": model.state_dict(), "samples": 1, "steps": 4, "lr": 0.5}
                        def fl_validate(model, env, out_dir, logger=None):
                            print("CORRECTION" in env)
                            return {"samples": 1}
                        """).modelClass("Net", Map.of()).corrected()) {
            Path model = bench.modelZero();
            Path correction = bench.folders().models().resolve("correction");
            MemorySegment bytes = MemorySegment.ofArray(new byte[3 * Float.BYTES]);
            Elements.encode(DType.F32, new double[] {0.5, 0, -1}, 3, bytes);
            SafetensorsWriter.write(correction, Map.of(), List.of(new TensorView("w", DType.F32, Shape.of(3), bytes)));

            Update first = bench.process().train(0, model);
            bench.process().train(1, model, Optional.of(correction));
            bench.process().validate(1, model);

            assertThat(first.metrics()).containsOnly(Map.entry("steps", 4.0), Map.entry("lr", 0.5));
            assertThat(bench.lines)
                    .containsExactly(
                            "info 0 ['w'] torch.float32 [0.0, 0.0, 0.0]",
                            "info 1 ['w'] torch.float32 [0.5, 0.0, -1.0]",
                            "info 1 False");
        }
    }

    @Test
    void the_older_form_gets_one_payload_and_may_start_without_weights() throws Exception {
        try (HarnessBench bench = new HarnessBench(folder)
                .module("""
                        import torch, os
                        def fl_train_model(payload, out_dir, logger):
                            print(sorted(payload), len(payload["initial_weights"]), payload["env"]["local_epochs"])
                            torch.save({"model_state": {"w": torch.ones(2)}}, os.path.join(out_dir, "state_dict.pt"))
                            return {"samples": 2}
                        def fl_validate_model(payload, out_dir, logger):
                            return {"metrics": {"acc": 1.0}, "samples": 9}
                        """)
                .python(Pythons.distribution())
                .olderForm()) {
            Path model = bench.modelZero();
            Validation validation = bench.process().validate(0, model);
            Path next = bench.publish(bench.process().train(0, model), 1);
            bench.process().train(1, next);

            assertThat(validation.samples()).isEqualTo(9);
            assertThat(bench.lines)
                    .containsExactly(
                            "info 0 ['dataset', 'env', 'initial_weights'] 0 2",
                            "info 1 ['dataset', 'env', 'initial_weights'] 1 2");
        }
    }

    @Test
    void a_warm_start_is_loaded_and_an_incomplete_one_warned_about() throws Exception {
        String net = """
                import torch
                class Net(torch.nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.layer = torch.nn.Linear(2, 1)
                def fl_train(model, env, out_dir, logger=None):
                    if env["CURRENT_ROUND"] == 0: torch.save({"layer.weight": torch.full((1, 2), 7.0)}, "part.pt")
                    print(model.layer.weight.tolist())
                    return {"weights": model.state_dict(), "samples": 1}
                """;
        Path checkpoint;
        try (HarnessBench bench =
                new HarnessBench(folder.resolve("a")).module(net).python(Pythons.distribution())) {
            Path model = bench.modelZero();
            bench.process().train(0, model);
            checkpoint = bench.folders().out(0).resolve("part.pt");
        }
        try (HarnessBench bench =
                new HarnessBench(folder.resolve("b")).module(net).python(Pythons.distribution())) {
            Path start = Files.copy(checkpoint, bench.folders().models().resolve("part.pt"));
            HarnessProcess harness = bench.start();
            harness.load();
            harness.train(1, bench.publish(harness.initialise(start), 1));

            assertThat(bench.warnings).containsExactly("weights_not_strict");
            assertThat(bench.lines).contains("info 1 [[7.0, 7.0]]");
        }
    }

    @Test
    void a_re_run_draws_the_same_numbers_and_another_round_does_not() throws Exception {
        String net = """
                import torch, numpy, random
                class Net(torch.nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.layer = torch.nn.Linear(2, 1)
                def fl_train(model, env, out_dir, logger=None):
                    print(torch.rand(1).item(), numpy.random.rand(), random.random(), model.layer.bias.item())
                    return {"weights": model.state_dict(), "samples": 1}
                """;
        String first;
        try (HarnessBench bench =
                new HarnessBench(folder.resolve("a")).module(net).python(Pythons.distribution())) {
            Path model = bench.modelZero();
            bench.process().train(0, model);
            bench.process().train(0, model);
            bench.process().train(1, model);
            first = bench.lines.get(0);
            assertThat(bench.lines.get(1)).isEqualTo(first);
            assertThat(bench.lines.get(2).substring(7)).isNotEqualTo(first.substring(7));
        }
        try (HarnessBench bench =
                new HarnessBench(folder.resolve("b")).module(net).python(Pythons.distribution())) {
            Path model = bench.modelZero();
            bench.process().train(0, model);
            assertThat(bench.lines.getFirst()).isEqualTo(first);
        }
    }
}
