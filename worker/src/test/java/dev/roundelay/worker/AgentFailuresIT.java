package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A real agent with real harnesses: the rows of the failure catalogue that a worker can bring about.
class AgentFailuresIT {
    @TempDir
    Path folder;

    private FakeControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new FakeControlPlane();
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    static Stream<Arguments> jobsThatFail() {
        return Stream.of(
                arguments(
                        FailureReason.MODEL_DEF_MISSING,
                        "model_def.py",
                        FakeJob.of("").withoutModule()),
                arguments(FailureReason.MODEL_DEF_BROKEN, "nosuchmodule", FakeJob.of("import nosuchmodule")),
                arguments(FailureReason.MODEL_DEF_BROKEN, "line 1", FakeJob.of("def broken(:")),
                arguments(
                        FailureReason.ENTRYPOINT_MISSING,
                        "Model",
                        FakeJob.of(Modules.NUMPY).className("Nope")),
                arguments(FailureReason.TRAIN_RAISED, "too bad", training("raise ValueError('too bad')")),
                arguments(
                        FailureReason.VALIDATE_RAISED,
                        "no mean",
                        FakeJob.of(Modules.NUMPY.replace("return {\"metrics\"", "raise ValueError('no mean')  # "))),
                arguments(
                        FailureReason.GPU_OUT_OF_MEMORY,
                        "memory",
                        training("raise RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')")),
                arguments(FailureReason.HARNESS_CRASHED, "exit code 3", training("os._exit(3)")),
                arguments(
                        FailureReason.HARNESS_CRASHED,
                        "SIGSEGV",
                        training("os.kill(os.getpid(), signal.SIGSEGV)", "time.sleep(60)")),
                arguments(
                        FailureReason.HOST_OUT_OF_MEMORY,
                        "MB",
                        training("keep = [bytearray(os.urandom(1 << 20)) for _ in range(3000)]", "time.sleep(60)")),
                arguments(
                        FailureReason.LIMIT_EXCEEDED,
                        "disk",
                        training(
                                "for i in range(60): open(os.path.join(out_dir, 'f%d' % i), 'wb').write(bytes(1 << 20))",
                                "time.sleep(60)")),
                arguments(
                        FailureReason.NETWORK_BLOCKED,
                        "network",
                        training("import socket", "socket.create_connection(('example.org', 80), 2)")),
                arguments(
                        FailureReason.INVALID_UPDATE,
                        "tensor w",
                        training("return {'weights': {'w': np.zeros(9, dtype=np.float32)}, 'samples': 1}")),
                arguments(
                        FailureReason.INVALID_UPDATE,
                        "tensor v",
                        training("return {'weights': {'v': np.zeros(8, dtype=np.float32)}, 'samples': 1}")),
                arguments(
                        FailureReason.INVALID_UPDATE,
                        "NaN",
                        training("return {'weights': {'w': np.full(8, np.nan, dtype=np.float32)}, 'samples': 1}")),
                arguments(FailureReason.INVALID_UPDATE, "site-1", training("return {'weights': {}, 'samples': 1}")),
                arguments(
                        FailureReason.REQUIREMENTS_UNRESOLVABLE,
                        "nosuchpackage",
                        FakeJob.of(Modules.NUMPY).requires("nosuchpackage==1.0")),
                arguments(
                        FailureReason.SHARD_UNREADABLE,
                        "shard_1.zip",
                        FakeJob.of(Modules.NUMPY).shard("no zip".getBytes(StandardCharsets.UTF_8))),
                arguments(
                        FailureReason.SHARD_UNREADABLE,
                        "../evil",
                        FakeJob.of(Modules.NUMPY).shard(FakeJob.zip(Map.of("../evil", "x")))),
                arguments(
                        FailureReason.CHECKPOINT_UNREADABLE,
                        "site-1",
                        FakeJob.of(Modules.NUMPY).checkpoint("rubbish".getBytes(StandardCharsets.UTF_8))),
                arguments(
                        FailureReason.ENVIRONMENT_FAILED,
                        "no dataset 'remote'",
                        FakeJob.of(Modules.NUMPY).dataset("remote")));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("jobsThatFail")
    void a_failure_has_its_reason_and_says_what_to_do(FailureReason reason, String says, FakeJob job) throws Exception {
        try (RunningAgent _ = setup().memoryMb(700).outDirMb(20).start()) {
            plane.submit(job);

            FailureReport failure = awaitFailure();

            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.message() + failure.detail()).contains(says);
            assertThat(failure.message()).startsWith("[").contains("; ");
            assertThat(failure.loss()).isFalse();
            assertThat(plane.site(0).messages()).contains(failure.message());
            Eventually.awaitGone(Eventually.harnesses(ProcessHandle.current()));
        }
    }

    @Test
    void a_harness_that_is_killed_from_outside_is_a_loss() throws Exception {
        try (RunningAgent _ = setup().dataset("local", Files.createDirectory(folder.resolve("d")))
                .start()) {
            plane.submit(FakeJob.of(Modules.WAITING).dataset("local"));
            plane.await("training has begun", () -> plane.site(0).messages().contains("waiting"));

            Eventually.harnesses(ProcessHandle.current()).forEach(ProcessHandle::destroyForcibly);

            assertThat(awaitFailure().loss()).isTrue();
        }
    }

    @Test
    void code_of_a_user_who_is_not_allowed_is_not_run() throws Exception {
        try (RunningAgent _ = setup().allowUser("grace@example.org").start()) {
            plane.submit(FakeJob.of(Modules.NUMPY));

            assertThat(awaitFailure().message()).contains("ada@example.org").contains("--allow-user");
        }
    }

    @Test
    void an_update_that_the_server_refuses_is_dropped_and_told_in_the_log() throws Exception {
        plane.faults().refuse("PUT .*/updates/0", 422, "invalid_update");

        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.NUMPY));

            plane.await(
                    "the refusal is logged",
                    () -> plane.site(0).messages().stream()
                            .anyMatch(line -> line.contains("the update of round 0 was refused")));
        }
    }

    @Test
    void the_owner_has_a_record_of_what_ran() throws Exception {
        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.NUMPY).rounds(1));
            plane.awaitFinished();
        }

        assertThat(Files.readAllLines(folder.resolve("data/ran.jsonl")))
                .hasSize(2)
                .allMatch(line -> line.contains("\"user\":\"ada@example.org\"") && line.contains("shard_1.zip"))
                .last()
                .asString()
                .contains("\"end\":\"done\"");
    }

    private FailureReport awaitFailure() throws InterruptedException {
        plane.await("a failure is reported", () -> plane.site(0).failure() != null);
        return Objects.requireNonNull(plane.site(0).failure());
    }

    private static FakeJob training(String... lines) {
        return FakeJob.of(Modules.training(lines));
    }

    private RunningAgent.Setup setup() {
        return new RunningAgent.Setup(plane, folder.resolve("data"));
    }
}
