package dev.roundelay.worker.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.sandbox.SandboxLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What user code does to the pipes and files between Python and the agent: it ends as a failure of the job's own,
/// soon, and never as one of the platform, which would be tried on other workers.
@Timeout(120)
public class HostileHarnessIT {
    private static final String MODULE = """
            import gc, json, os, struct, sys, time, threading, numpy

            class Net:
                def __init__(self, **args):
                    self.state = {"w": numpy.zeros(2, numpy.float32)}
                def state_dict(self):
                    return self.state
                def load_state_dict(self, state):
                    self.state = dict(state)

            def channel():
                return next(o for o in gc.get_objects() if type(o).__name__ == "Channel")

            def raw(data):
                while data: data = data[os.write(channel()._answers, data):]

            def frame(text):
                body = text.encode() if isinstance(text, str) else text
                raw(struct.pack(">I", len(body)) + body)

            def result(name="train.safetensors"):
                return "/app/exchange/" + name

            def after_write(change):
                import roundelay_harness.safetensors_file as files
                write = files.write
                def changed(path, tensors):
                    write(path, tensors)
                    change(path)
                files.write = changed

            def fl_train(model, env, out_dir, logger=None):
                %s
                return {"weights": model.state_dict(), "samples": 1}
            """;

    @TempDir
    Path folder;

    @AfterEach
    void nothing_is_left_running() {
        assertThat(ProcessHandle.current()
                        .descendants()
                        .filter(p -> p.info().commandLine().orElse("").contains(folder.toString())))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a length that lies | raw(b'\\xff\\xff\\xff\\xff'); time.sleep(600)",
                "a length of nothing | raw(b'\\x00\\x00\\x00\\x00'); time.sleep(600)",
                "a frame of more than a MiB | frame('{\"id\": 3, \"x\": \"' + 'x' * (1 << 20) + '\"}'); time.sleep(600)",
                "no JSON | frame('what?'); time.sleep(600)",
                "no object | frame('[1]'); time.sleep(600)",
                "deep JSON | frame('{\"id\": ' + '[' * 500_000); time.sleep(600)",
                "no UTF-8 | frame(b'\\xff\\xfe\\x00'); time.sleep(600)",
                "an answer to another question | frame('{\"id\": 99, \"ok\": true}'); time.sleep(600)",
                "an answer without a number | frame('{\"id\": \"x\"}'); time.sleep(600)",
                "a huge number | frame('{\"id\": 1' + '0' * 900 + '}'); time.sleep(600)",
                "a second answer |"
                        + " frame('{\"id\": 3, \"error\": {\"reason\": \"train_raised\"}}'); frame('{\"id\": 3}'); time.sleep(600)",
            })
    void who_meddles_with_the_pipe_is_ended(String name, String code) throws Exception {
        try (HarnessBench bench = bench(code)) {
            Path model = bench.modelZero();
            FailureReport first = failure(() -> bench.process().train(0, model));
            FailureReport report = bench.process().ended().get(60, TimeUnit.SECONDS);

            assertThat(first.loss()).isFalse();
            assertThat(report.reason()).isEqualTo(FailureReason.HARNESS_CRASHED);
            assertThat(report.message())
                    .startsWith("[site-2, round 0] the code ")
                    .contains("pipe between", "; leave");
            assertThat(report.loss()).isFalse();
        }
    }

    @Test
    void failures_cannot_be_put_on_the_platform() throws Exception {
        String forge = "frame(json.dumps({'id': 3, 'error': {'reason': '%s', 'message': 'x', 'loss': True}}))";
        for (String reason : new String[] {"environment_failed", "gpu_unavailable", "workers_lost", "no_such"}) {
            try (HarnessBench bench = bench(
                    "import json\n    " + forge.formatted(reason) + "\n    time.sleep(600)", folder.resolve(reason))) {
                Path model = bench.modelZero();
                FailureReport report = failure(() -> bench.process().train(0, model));

                assertThat(report.loss()).isFalse();
                assertThat(report.reason())
                        .isIn(FailureReason.GPU_UNAVAILABLE, FailureReason.HARNESS_CRASHED, FailureReason.INTERNAL);
            }
        }
    }

    @Test
    void floods_of_frames_and_lines_do_not_hold_the_round_up() throws Exception {
        try (HarnessBench bench = bench("""
                for i in range(2_000): frame('{"event": "metric", "name": "m", "value": 1e999999, "step": 1e400}')
                    for i in range(200): frame('{"event": "warning", "code": "' + 'c' * 5000 + '", "message": "' + 'm' * 100_000 + '"}')
                    frame('{"event": "what"}'); frame('{}')
                    for i in range(100): os.write(2, b'x' * 100_000)
                    os.write(2, b'\\\\x1e{"mark": 9223372036854775807}\\\\n' + b'\\\\x1e' * 100_000 + b'\\\\x1e' + b'[' * 300_000 + b'\\\\n')
                    os.write(2, bytes(range(256)) * 100)""".replace("\\\\", "\\"))) {
            Path model = bench.modelZero();
            Update update = bench.process().train(0, model);

            assertThat(update.samples()).isEqualTo(1);
            assertThat(bench.metrics).isEmpty();
            assertThat(bench.warnings).hasSize(200).allMatch(code -> code.length() < 200);
            assertThat(bench.lines).allMatch(line -> line.length() < 40_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "gone | after_write(os.unlink) | removed",
                "a folder | after_write(lambda p: (os.unlink(p), os.mkdir(p))) | no plain file",
                "a pipe | after_write(lambda p: (os.unlink(p), os.mkfifo(p))) | no plain file",
                "a link | after_write(lambda p: (os.unlink(p), os.symlink('/etc/passwd', p))) | no plain file",
                "two names | after_write(lambda p: os.link(p, p + '2')) | no plain file",
                "larger than any | after_write(lambda p: os.truncate(p, (64 << 30) + 1)) | ",
            })
    void weights_that_are_no_plain_file_are_no_update(String name, String code, String words) throws Exception {
        try (HarnessBench bench = bench(code)) {
            Path model = bench.modelZero();
            FailureReport report = failure(() -> bench.process().train(0, model));

            assertThat(report.reason()).isIn(FailureReason.INVALID_UPDATE, FailureReason.LIMIT_EXCEEDED);
            assertThat(report.message()).startsWith("[site-2, round 0] ").contains(words == null ? "" : words, "; ");
            assertThat(report.loss()).isFalse();
        }
    }

    @Test
    void weights_that_their_owner_may_not_read_are_taken_all_the_same() throws Exception {
        try (HarnessBench bench = bench("after_write(lambda p: os.chmod(p, 0))")) {
            Path model = bench.modelZero();

            assertThat(bench.process().train(0, model).file()).isNotEmptyFile();
        }
    }

    @Test
    void what_is_written_while_it_is_read_comes_whole_or_not_at_all() throws Exception {
        try (HarnessBench bench = bench("""
                def churn():
                        while True:
                            try: os.truncate(result(), 10); os.truncate(result(), 1 << 20)
                            except OSError: pass
                    threading.Thread(target=churn, daemon=True).start()""")) {
            Path model = bench.modelZero();
            try {
                assertThat(Files.size(bench.process().train(0, model).file())).isLessThanOrEqualTo(1 << 20);
            } catch (HarnessException e) {
                assertThat(e.report().loss()).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an exit | os._exit(0) | exit code 0",
                "a signal | os.kill(os.getpid(), 15); time.sleep(600) | SIGTERM",
                "an abort | os.abort() | SIGABRT",
                "the pipe is closed | os.closerange(3, 1000) | exit code",
                "everything is closed | os.closerange(0, 1000) | exit code",
                "the first thread ends | import ctypes; threading.Thread(target=os._exit, args=(4,)).start();"
                        + " ctypes.CDLL(None).syscall(60, 0) | exit code 4",
            })
    void who_ends_python_is_told_how(String name, String code, String words) throws Exception {
        try (HarnessBench bench = bench(code)) {
            Path model = bench.modelZero();
            FailureReport report = failure(() -> bench.process().train(0, model));

            assertThat(report.reason()).isEqualTo(FailureReason.HARNESS_CRASHED);
            assertThat(report.message()).contains(words);
            assertThat(report.loss()).isFalse();
        }
    }

    @Test
    void who_stops_python_is_ended_by_a_stop_all_the_same() throws Exception {
        try (HarnessBench bench = bench("print('stops', flush=True); os.kill(os.getpid(), 19)")) {
            Path model = bench.modelZero();
            Thread.ofVirtual().start(() -> {
                while (bench.lines.stream().noneMatch(line -> line.endsWith("stops"))) {
                    Thread.onSpinWait();
                }
                bench.process().stop();
            });
            failure(() -> bench.process().train(0, model));

            assertThat(bench.process().ended().get(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private HarnessBench bench(String code) throws Exception {
        return bench(code, folder);
    }

    private static HarnessBench bench(String code, Path root) throws Exception {
        SandboxLimits limits = new SandboxLimits(2L << 30, 200, 100_000_000, 50_000_000, 100_000_000, 1024);
        return new HarnessBench(root)
                .module(MODULE.formatted(code))
                .python(Pythons.distribution())
                .modelClass("Net", Map.of())
                .withoutCgroups()
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
