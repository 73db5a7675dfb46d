package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HarnessStepsIT {
    private static final String NET = """
            import os, torch

            class Net(torch.nn.Module):
                def __init__(self, n=3):
                    super().__init__()
                    self.layer = torch.nn.Linear(n, 2)

            def fl_train(model, env, out_dir, logger=None):
                print("training round", env["CURRENT_ROUND"], "on", os.listdir(env["DATA_ROOT"]))
                logger.info("epochs %d", env["EPOCHS"])
                logger({"type": "warn", "msg": "careful"})
                logger.metric("loss", torch.tensor(0.25), step=3)
                os.system("echo from a child")
                open(os.path.join(out_dir, "notes.txt"), "w").write("kept")
                with torch.no_grad():
                    for p in model.parameters():
                        p.add_(1.0)
                return {"weights": model.state_dict(), "samples": 5, "accuracy": 0.5, "metrics": {"f1": 0.25}}

            def fl_validate(model, env, out_dir, logger=None):
                return {"metrics": {"loss": 0.75}, "samples": 4}
            """;

    @TempDir
    Path folder;

    static Stream<Path> pythons() {
        return Stream.of(Pythons.current(), Pythons.distribution());
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void a_torch_model_is_described_initialised_trained_and_validated(Path python) throws Exception {
        try (HarnessBench bench = new HarnessBench(folder).module(NET).python(python)) {
            HarnessProcess harness = bench.start();
            Description description = harness.load();
            Path model = bench.publish(harness.initialise(null), 0);
            Validation validation = harness.validate(0, model);
            Update update = harness.train(0, model);
            harness.finish();

            assertThat(description.validates()).isTrue();
            assertThat(description.classes()).containsExactly("Net");
            assertThat(validation.metrics()).containsEntry("loss", 0.75);
            assertThat(update.samples()).isEqualTo(5);
            assertThat(update.metrics()).containsOnlyKeys("accuracy", "f1");
            assertThat(update.file()).isRegularFile();
            assertThat(bench.folders().out(0).resolve("notes.txt")).hasContent("kept");
            assertThat(bench.metrics).containsExactly("loss 0 3 0.25");
            assertThat(bench.lines)
                    .containsExactly(
                            "info 0 training round 0 on []",
                            "info 0 epochs 2",
                            "warning 0 careful",
                            "info 0 from a child");
        }
    }

    @Test
    void the_same_steps_run_without_isolation() throws Exception {
        try (HarnessBench bench = new HarnessBench(folder).module(NET).withoutIsolation()) {
            Path model = bench.modelZero();
            Update update = bench.process().train(0, model);

            assertThat(update.samples()).isEqualTo(5);
        }
    }
}
