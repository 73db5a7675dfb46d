package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.sandbox.SandboxLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every row of the failure catalogue that a harness can see. The models are plain classes, so that no test waits for
/// torch where torch is not the point.
@Timeout(120)
class HarnessFailuresIT {
    private static final String PLAIN = """
            import os, sys, socket, numpy

            class Net:
                def __init__(self, **args):
                    self.state = {"w": numpy.zeros(2, numpy.float32)}
                def state_dict(self):
                    return self.state
                def load_state_dict(self, state):
                    self.state = dict(state)

            def fl_train(model, env, out_dir, logger=None):
                %s
                return {"weights": model.state_dict(), "samples": 1}
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "raise ValueError('boom') | train_raised | model_def.py line 12: ValueError: boom",
                "sys.exit(3) | train_raised | sys.exit(3)",
                "raise MemoryError() | host_out_of_memory | memory",
                "socket.getaddrinfo('example.org', 80) | network_blocked | extra_files",
                "socket.create_connection(('192.0.2.1', 80)) | network_blocked | extra_files",
                "import urllib.request; urllib.request.urlopen('http://example.org/') | network_blocked | network",
                "[os.dup(0) for _ in range(100000)] | limit_exceeded | open files",
                "open('/tmp/x', 'wb').write(bytes(60_000_000)) | limit_exceeded | disk",
                "return {'weights': {}, 'samples': 1} | invalid_update | empty",
                "return {'weights': {'w': [1, 2]}, 'samples': 1} | invalid_update | tensor w",
                "return {'weights': [1], 'samples': 1} | invalid_update | list",
                "return {'weights': {'w': numpy.zeros(2, 'complex64')}, 'samples': 1} | invalid_update | complex64",
                "return {'weights': model.state_dict(), 'samples': -1} | invalid_update | samples",
                "return None | invalid_update | NoneType",
                "os._exit(5) | harness_crashed | exit code 5",
                "import ctypes; ctypes.string_at(0) | harness_crashed | SIGSEGV",
                "x = [bytearray(50_000_000) for _ in range(100)] | host_out_of_memory | limit",
            })
    void a_failure_in_training_is_named(String line, String reason, String words) throws Exception {
        FailureReport report = trainingFailure(line);

        assertThat(report.reason()).hasToString(reason);
        assertThat(report.message()).startsWith("[site-2, round 0] ").contains(words);
        assertThat(report.loss()).isFalse();
        assertThat(report.round()).isZero();
    }

    @Test
    void the_network_is_blamed_even_deep_in_a_chain_of_exceptions() throws Exception {
        FailureReport report = trainingFailure("""
                try:
                        try: socket.getaddrinfo('example.org', 80)
                        except OSError as e: raise KeyError('cache') from e
                    except KeyError: raise RuntimeError('cannot load weights')""");

        assertThat(report.reason()).isEqualTo(FailureReason.NETWORK_BLOCKED);
        assertThat(report.detail()).contains("cannot load weights").contains("gaierror");
    }

    @Test
    void a_traceback_shows_the_users_frames_only() throws Exception {
        FailureReport report = trainingFailure("raise ValueError('boom')");

        assertThat(report.detail())
                .contains("model_def.py\", line 12")
                .contains("ValueError: boom")
                .doesNotContain("roundelay_harness");
    }

    @Test
    void a_kill_from_outside_is_a_loss() throws Exception {
        try (HarnessBench bench = bench("os.kill(os.getpid(), 9)")) {
            Path model = bench.modelZero();
            FailureReport report = failure(() -> bench.process().train(0, model));

            assertThat(report.loss()).isTrue();
        }
    }

    @Test
    void the_last_lines_of_a_crash_are_kept() throws Exception {
        assertThat(trainingFailure("print('famous last words'); os._exit(5)").detail())
                .contains("famous last words");
    }

    @Test
    void a_stop_ends_a_step_at_once() throws Exception {
        try (HarnessBench bench = bench("import time; print('busy'); time.sleep(600)")) {
            Path model = bench.modelZero();
            Thread.ofVirtual().start(() -> {
                while (bench.lines.isEmpty()) {
                    Thread.onSpinWait();
                }
                bench.process().stop();
            });

            assertThat(failure(() -> bench.process().train(0, model)).loss()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "def f(: | model_def_broken | SyntaxError",
                "import surely_absent | model_def_broken | add surely_absent to the requirements",
                "x = undefined_name | model_def_broken | NameError",
                "raise SystemExit(1) | model_def_broken | SystemExit",
                "import socket; socket.getaddrinfo('example.org', 80) | network_blocked | network",
                "class Other: pass | entrypoint_missing | Other",
                "class Net: pass | entrypoint_missing | state_dict",
            })
    void a_module_that_cannot_be_used_is_explained(String source, String reason, String words) throws Exception {
        try (HarnessBench bench = new HarnessBench(folder).module(source).python(Pythons.distribution())) {
            HarnessProcess harness = bench.start();
            FailureReport report = failure(harness::load);

            assertThat(report.reason()).hasToString(reason);
            assertThat(report.message()).startsWith("[site-2] ").contains(words);
        }
    }

    @Test
    void a_missing_module_is_explained() throws Exception {
        try (HarnessBench bench = new HarnessBench(folder).python(Pythons.distribution())) {
            HarnessProcess harness = bench.start();

            assertThat(failure(harness::load).reason()).isEqualTo(FailureReason.MODEL_DEF_MISSING);
        }
    }

    @Test
    void a_missing_training_function_is_told_with_the_names_that_are_there() throws Exception {
        String source = PLAIN.formatted("pass").replace("def fl_train", "def train");
        try (HarnessBench bench = new HarnessBench(folder).module(source).python(Pythons.distribution())) {
            HarnessProcess harness = bench.start();
            FailureReport report = failure(harness::load);

            assertThat(report.reason()).isEqualTo(FailureReason.ENTRYPOINT_MISSING);
            assertThat(report.message()).contains("fl_train").contains("those that are there: train");
        }
    }

    @Test
    void a_leased_gpu_that_torch_does_not_see_is_never_replaced_by_the_cpu() throws Exception {
        String source = "import torch\n" + PLAIN.formatted("pass");
        try (HarnessBench bench = bench("pass").module(source).device("cuda")) {
            HarnessProcess harness = bench.start();

            assertThat(failure(harness::load).reason()).isEqualTo(FailureReason.GPU_UNAVAILABLE);
        }
    }

    @Test
    void a_gpu_out_of_memory_is_known_by_its_type() throws Exception {
        try (HarnessBench bench = bench("import torch; raise torch.cuda.OutOfMemoryError('CUDA: no')")) {
            Path model = bench.modelZero();

            assertThat(failure(() -> bench.process().train(0, model)).reason())
                    .isEqualTo(FailureReason.GPU_OUT_OF_MEMORY);
        }
    }

    @Test
    void a_validation_that_raises_is_told_apart() throws Exception {
        String source = PLAIN.formatted("pass") + "\ndef fl_validate(model, env, out_dir, logger=None):\n    1 / 0\n";
        try (HarnessBench bench = bench("pass").module(source)) {
            Path model = bench.modelZero();

            assertThat(failure(() -> bench.process().validate(0, model)).reason())
                    .isEqualTo(FailureReason.VALIDATE_RAISED);
        }
    }

    @Test
    void a_warm_start_that_is_no_checkpoint_is_explained() throws Exception {
        try (HarnessBench bench = bench("pass")) {
            Path checkpoint = Files.writeString(bench.folders().models().resolve("start.pt"), "no checkpoint");
            HarnessProcess harness = bench.start();
            harness.load();
            FailureReport report = failure(() -> harness.initialise(checkpoint));

            assertThat(report.reason()).isEqualTo(FailureReason.CHECKPOINT_UNREADABLE);
            assertThat(report.message()).contains("start.pt").contains("no PyTorch checkpoint");
        }
    }

    @Test
    void an_answer_that_is_a_link_is_no_update() throws Exception {
        String replace = """
                import roundelay_harness.safetensors_file as files
                    write = files.write
                    def linked(path, tensors):
                        write(path, tensors)
                        os.unlink(path)
                        os.symlink('/etc/passwd', path)
                    files.write = linked""";
        try (HarnessBench bench = bench(replace)) {
            Path model = bench.modelZero();
            FailureReport report = failure(() -> bench.process().train(0, model));

            assertThat(report.reason()).isEqualTo(FailureReason.INVALID_UPDATE);
            assertThat(report.message()).contains("train.safetensors").doesNotContain("root:");
            assertThat(bench.folders().collected().resolve("update_0.safetensors"))
                    .doesNotExist();
        }
    }

    /// Which of the two the worker meets is the kernel's choice; a file behind the link must come along with neither.
    @Test
    void an_answer_that_turns_into_a_link_and_back_never_gives_a_foreign_file() throws Exception {
        String replace = """
                import threading
                    def swap():
                        while True:
                            try: os.unlink('/app/exchange/train.safetensors')
                            except OSError: pass
                            try: os.symlink('/etc/passwd', '/app/exchange/train.safetensors')
                            except OSError: pass
                    threading.Thread(target=swap, daemon=True).start()""";
        try (HarnessBench bench = bench(replace)) {
            Path model = bench.modelZero();
            HarnessException thrown = catchThrowableOfType(
                    HarnessException.class, () -> bench.process().train(0, model));
            Path collected = bench.folders().collected().resolve("update_0.safetensors");

            if (thrown == null) {
                assertThat(collected)
                        .content(StandardCharsets.ISO_8859_1)
                        .contains("\"F32\"")
                        .doesNotContain("root:");
            } else {
                assertThat(thrown.report().message()).doesNotContain("root:");
                assertThat(collected).doesNotExist();
            }
        }
    }

    private FailureReport trainingFailure(String line) throws Exception {
        try (HarnessBench bench = bench(line)) {
            Path model = bench.modelZero();
            return failure(() -> bench.process().train(0, model));
        }
    }

    private HarnessBench bench(String line) throws Exception {
        SandboxLimits limits = new SandboxLimits(2L << 30, 200, 100_000_000, 50_000_000, 100_000_000, 1024);
        return new HarnessBench(folder)
                .module(PLAIN.formatted(line))
                .python(Pythons.distribution())
                .modelClass("Net", Map.of())
                .limits(limits);
    }

    private interface Step {
        Object run() throws Exception;
    }

    private static FailureReport failure(Step step) {
        HarnessException thrown = catchThrowableOfType(HarnessException.class, step::run);
        assertThat(thrown).as("no failure").isNotNull();
        return thrown.report();
    }
}
