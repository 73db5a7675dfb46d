package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A hostile job beside a well-behaved one on the two slots of one real agent: its failure names the limit that it met,
/// the other one ends with the bits that it would have had alone, and the agent takes another.
@Timeout(180)
public class HostileJobsIT {
    /// Adds 0, 1, 2 … once it may.
    private static final String NEIGHBOUR = Modules.training(
            "print('waiting', flush=True)",
            "while not os.path.exists(os.path.join(env['DATA_ROOT'], 'go')): time.sleep(0.01)",
            "w = model.state_dict()['w'] + np.arange(8, dtype=np.float32)",
            "return {'weights': {'w': w, 'n': model.state_dict()['n']}, 'samples': 1}");

    private static final ByteBuffer NEIGHBOURS_BITS = neighboursBits();

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

    /// An attack.
    ///
    /// @param says the failure's message holds all of these
    record Attack(String name, FailureReason reason, List<String> says, String... lines) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> attacks() {
        return Stream.of(
                new Attack(
                        "memory",
                        FailureReason.HOST_OUT_OF_MEMORY,
                        List.of("MB of memory", "the limit of 419 MB", "--memory-mb"),
                        "keep = []",
                        "while True: keep.append(bytearray(os.urandom(1 << 20)) * 8); time.sleep(0.01)"),
                new Attack(
                        "memory-of-children",
                        FailureReason.HOST_OUT_OF_MEMORY,
                        List.of("the limit of 419 MB"),
                        "for _ in range(20): os.fork() or (bytearray(os.urandom(1)) * 50_000_000, time.sleep(600))",
                        "time.sleep(600)"),
                new Attack(
                        "memory-of-one-child",
                        FailureReason.HOST_OUT_OF_MEMORY,
                        List.of("the limit of 419 MB"),
                        "if not os.fork():",
                        "    keep = []",
                        "    while True: keep.append(bytearray(os.urandom(1 << 20)) * 8)",
                        "time.sleep(600)"),
                new Attack(
                        "processes",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("processes and threads", "the limit of 40", "--max-processes"),
                        "while True:",
                        "    try: os.fork()",
                        "    except OSError: pass"),
                new Attack(
                        "processes-that-raise",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("more than 40 processes and threads", "--max-processes"),
                        "import threading",
                        "while True: threading.Thread(target=time.sleep, args=(600,), daemon=True).start()"),
                new Attack(
                        "out-dir",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("to disk below out_dir", "the limit of 20 MB", "--out-dir-limit-mb"),
                        "while True: open(os.path.join(out_dir, str(time.time())), 'wb').write(bytes(1 << 20))"),
                new Attack(
                        "small-files",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("the limit of 20 MB", "--out-dir-limit-mb"),
                        "while True: os.close(os.open(os.path.join(out_dir, str(time.time())), os.O_CREAT))"),
                new Attack(
                        "folders",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("more than 256 folders below each other"),
                        "while True: os.mkdir('x'); os.chdir('x')"),
                new Attack(
                        "temporary-files",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("/tmp holds 30 MB", "--tmp-limit-mb"),
                        "open('/tmp/x', 'wb').write(bytes(40 << 20))"),
                new Attack(
                        "shared-memory",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("/dev/shm holds 209 MB", "--memory-mb"),
                        "f = open('/dev/shm/x', 'wb')",
                        "while True: f.write(bytes(1 << 20))"),
                new Attack(
                        "open-files",
                        FailureReason.LIMIT_EXCEEDED,
                        List.of("more than 1024 open files", "--max-open-files"),
                        "keep = [os.dup(0) for _ in range(10_000)]"),
                new Attack(
                        "pipe",
                        FailureReason.HARNESS_CRASHED,
                        List.of("the code wrote into the pipe between Python and the worker"),
                        "import gc",
                        "pipe = next(o for o in gc.get_objects() if type(o).__name__ == 'Channel')._answers",
                        "os.write(pipe, bytes([255]) * 8); time.sleep(600)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void a_job_that_exceeds_a_limit_harms_nobody_else(Attack attack) throws Exception {
        Path data = Files.createDirectories(folder.resolve("dataset"));
        try (RunningAgent _ = setup().dataset("local", data).start()) {
            plane.submit(FakeJob.of(NEIGHBOUR).dataset("local").rounds(1));
            plane.await("the neighbour trains", () -> plane.site(0).messages().contains("waiting"));

            plane.submit(FakeJob.of(Modules.training(attack.lines())));
            plane.await("the attack has failed", () -> plane.site(1).failure() != null);
            FailureReport failure = Objects.requireNonNull(plane.site(1).failure());

            assertThat(failure.reason()).as(failure.message()).isEqualTo(attack.reason());
            assertThat(failure.message())
                    .startsWith("[site-1, round 0] ")
                    .contains("; ")
                    .contains(attack.says());
            assertThat(failure.loss()).isFalse();

            Files.writeString(data.resolve("go"), "");
            plane.awaitFinished(0);
            assertThat(tensors(Objects.requireNonNull(plane.model(0, 1)))).isEqualTo(NEIGHBOURS_BITS);
            plane.withdraw(1);
            takesAnother();
        }
        assertNothingIsLeft();
    }

    /// A log that is too long is cut; that is no failure.
    @Test
    void a_flood_of_lines_is_cut_and_told() throws Exception {
        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.training(
                            "for i in range(3_000): print('x' * 1_000)",
                            "for i in range(300): os.write(2, b'y' * 100_000)",
                            "os.write(2, b'\\n')"))
                    .rounds(1));
            plane.awaitFinished();
            takesAnother();
        }

        long kept = plane.site(0).lines().stream()
                .filter(line -> line.source().equals("user"))
                .mapToLong(line -> line.message().length())
                .sum();
        assertThat(kept).isLessThan(1_200_000);
        assertThat(plane.site(0).warnings())
                .extracting("code", "message")
                .contains(org.assertj.core.groups.Tuple.tuple(
                        "log_cut",
                        "the log of this site is longer than 1 MB, and further lines are dropped; print less, or ask the"
                                + " operator to raise --log-limit-mb"));
        assertThat(plane.site(0).messages()).anyMatch(line -> line.endsWith(" lines dropped"));
    }

    @Test
    void what_stands_in_the_place_of_out_dir_is_left_out_and_told() throws Exception {
        Path secret = Files.createDirectories(folder.resolve("secret"));
        Files.writeString(secret.resolve("s3cret.txt"), "s3cret");
        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.training(
                    "os.chdir('/')",
                    "os.rmdir(out_dir) if not os.listdir(out_dir) else None",
                    "os.symlink('" + secret
                            + "', out_dir) if env['CURRENT_ROUND'] == 0 else open(out_dir, 'w').close()")));
            plane.awaitFinished();
            takesAnother();
        }

        assertThat(plane.site(0).files()).isEmpty();
        assertThat(plane.site(0).warnings())
                .extracting("message")
                .containsExactly("out_dir: no folder any more", "out_dir: no folder any more");
        assertThat(secret.resolve("s3cret.txt")).exists();
        assertNothingIsLeft();
    }

    @Test
    void whatever_lies_in_out_dir_the_round_stands_and_nothing_is_left() throws Exception {
        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.training(
                            "open('good.txt', 'w').write('good')",
                            "os.makedirs('locked/in'); open('locked/in/x', 'w').write('x')",
                            "os.chmod('locked/in/x', 0); os.chmod('locked/in', 0); os.chmod('locked', 0o111)",
                            "open('shut', 'w').write('shut'); os.chmod('shut', 0); os.mkdir('setgid'); os.chmod('setgid', 0o6777)",
                            "os.symlink('/etc/passwd', 'link'); os.symlink('..', 'up'); os.mkfifo('pipe'); os.link('good.txt', 'two')",
                            "os.link('good.txt', 'three'); os.unlink('two'); os.unlink('three')",
                            "import socket; socket.socket(socket.AF_UNIX).bind('socket')",
                            "open(b'\\xff', 'w').close(); open('new\\nline', 'w').close(); open('x' * 255, 'w').write('long')",
                            "[(os.mkdir('d'), os.chdir('d')) for _ in range(60)]"))
                    .rounds(1));
            plane.awaitFinished();
            takesAnother();
        }

        assertThat(plane.site(0).files().keySet())
                .containsExactlyInAnyOrder("0/good.txt", "0/locked/in/x", "0/shut", "0/" + "x".repeat(255));
        assertThat(plane.site(0).warnings()).extracting("code").containsExactly("files_not_stored");
        assertNothingIsLeft();
    }

    private static ByteBuffer neighboursBits() {
        ByteBuffer bits = ByteBuffer.allocate(8 * 4 + 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 8; i++) {
            bits.putFloat(i);
        }
        return bits.putLong(0).flip();
    }

    /// Returns what follows the head of a safetensors file, which holds how long the training took.
    private static ByteBuffer tensors(byte[] model) {
        ByteBuffer all = ByteBuffer.wrap(model).order(ByteOrder.LITTLE_ENDIAN);
        return all.position(8 + (int) all.getLong(0)).slice();
    }

    private void takesAnother() throws InterruptedException {
        int number = plane.jobs();
        plane.submit(FakeJob.of(Modules.NUMPY).rounds(1));
        plane.awaitFinished(number);
    }

    private void assertNothingIsLeft() throws IOException {
        for (String name : List.of("attempts", "jobs", "sandboxes")) {
            Path parent = folder.resolve("data").resolve(name);
            Eventually.await(name + " is empty", () -> Files.notExists(parent) || isEmpty(parent));
        }
        assertThat(Eventually.harnesses(ProcessHandle.current())).isEmpty();
    }

    private static boolean isEmpty(Path parent) {
        String[] names = parent.toFile().list();
        return names == null || names.length == 0;
    }

    private RunningAgent.Setup setup() {
        return new RunningAgent.Setup(plane, folder.resolve("data"))
                .slots(2)
                .memoryMb(800)
                .processes(40)
                .outDirMb(20)
                .temporaryMb(30);
    }
}
