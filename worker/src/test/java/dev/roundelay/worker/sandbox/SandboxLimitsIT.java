package dev.roundelay.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How hostile code tries to take more than it is given, or to hide what it takes. Without control groups, so that the
/// agent's own counting is what is tried; `SandboxEscapeIT` has those with them. `UnprivilegedAgentIT` runs all of it
/// again as a normal user.
// A bomb leaves little of a machine's cores to whoever is to end it, where no control group shares them out.
@Timeout(300)
class SandboxLimitsIT {
    private static final String HELPERS = """
            import ctypes, mmap, os, signal, sys, threading, time
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
            libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_long, ctypes.c_long]
            def fill():
                kept = []
                while True:
                    kept.append(bytearray(10_000_000)); time.sleep(0.01)
            """;

    @TempDir
    Path folder;

    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell(folder, false);
    }

    @AfterEach
    void close() {
        shell.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "private pages | fill()",
                "shared pages | m = mmap.mmap(-1, 600_000_000)\\nfor i in range(0, 600_000_000, 4096): m[i] = 1",
                "a memfd that is not mapped |"
                        + " for i in range(60): os.write(os.memfd_create('x'), bytes(10_000_000)); time.sleep(0.02)",
                "/dev/shm and /tmp and pages together | a = open('/dev/shm/x', 'wb', 0); b = open('/tmp/x', 'wb', 0);"
                        + " held = bytearray(os.urandom(1)) * 180_000_000"
                        + "\\nfor _ in range(90): a.write(bytes(1_000_000))"
                        + "\\nfor _ in range(45): b.write(bytes(1_000_000))",
                "children that hold a little each |"
                        + " [os.fork() or (bytearray(os.urandom(1)) * 9_000_000, time.sleep(60)) for _ in range(40)]",
                // The first thread's entry in /proc shows no memory once it has ended.
                "pages behind a first thread that has ended | threading.Thread(target=fill).start(); libc.syscall(60, 0)",
                // Each touch maps the page of zeros, which counts as nobody's, but takes a table of its own.
                "page tables | size = 1 << 38; at = libc.mmap(None, size, 1, 0x4022, -1, 0);"
                        + " libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]; libc.madvise(at, size, 15)"
                        + "\\nfor i in range(0, size, 1 << 21): ctypes.c_char.from_address(at + i).value",
                "empty files of a tmpfs | held = bytearray(os.urandom(1)) * 250_000_000; n = 0"
                        + "\\nwhile True: os.close(os.open(f'/tmp/{n}', os.O_CREAT)); n += 1",
            })
    void memory_is_counted_wherever_it_lies(String name, String code) throws Exception {
        assertExceeded(Limit.MEMORY, code);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "one large file | f = open('x', 'wb')\\nfor _ in range(60): f.write(bytes(1 << 20))",
                "a sparse file | os.truncate(os.open('x', os.O_CREAT + os.O_RDWR), 90_000_000)",
                "a file that is larger than it is called |"
                        + " print(libc.fallocate(os.open('x', os.O_CREAT + os.O_RDWR), 1, 0, 100_000_000))",
                "many small files | n = 0\\nwhile True: os.close(os.open(str(n), os.O_CREAT)); n += 1",
                "many folders | n = 0\\nwhile True: os.mkdir(str(n)); n += 1",
                "long names | n = 0\\nwhile True: os.symlink('y' * 4000, ('x' * 200) + str(n)); n += 1",
                "a file without a name | f = os.open('.', os.O_TMPFILE + os.O_RDWR)\\nfor _ in range(60): os.write(f, bytes(1 << 20))",
                "a file without a name behind a first thread that has ended |"
                        + " f = os.open('.', os.O_TMPFILE + os.O_RDWR); os.write(f, bytes(40_000_000));"
                        + " threading.Thread(target=time.sleep, args=(60,)).start(); libc.syscall(60, 0)",
                "a folder that nobody may enter | os.mkdir('x'); f = open('x/y', 'wb'); os.chmod('x', 0)"
                        + "\\nfor _ in range(60): f.write(bytes(1 << 20))",
                "below a path that is too long |"
                        + " [(os.mkdir('y' * 200), os.chdir('y' * 200)) for _ in range(40)];"
                        + " open('x', 'wb').write(bytes(60_000_000))",
            })
    void a_disk_is_counted_whatever_is_hidden(String name, String code) throws Exception {
        Exit.LimitExceeded exceeded = assertExceeded(Limit.DISK, code);

        assertThat(exceeded.allowed()).isEqualTo(Shell.LIMIT);
        assertThat(exceeded.place()).isEqualTo("/app/out");
    }

    @Test
    void folders_may_not_lie_below_each_other_without_end() throws Exception {
        assertExceeded(Limit.DEPTH, "while True: os.mkdir('x'); os.chdir('x')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "os.fork()",
                "os.fork() or os.setsid()",
                "os.fork() or [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]"
            })
    void processes_are_counted(String bomb) throws Exception {
        assertExceeded(Limit.PROCESSES, """
                while True:
                    try: BOMB
                    except OSError: pass
                """.replace("BOMB", bomb));
    }

    @Test
    void threads_count_as_processes() throws Exception {
        assertExceeded(Limit.PROCESSES, """
                while True:
                    try: threading.Thread(target=time.sleep, args=(600,)).start()
                    except RuntimeError: time.sleep(0.01)
                """);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void daemons_end_with_the_program_and_with_a_stop(boolean ends) throws Exception {
        try (SandboxProcess process = shell.start(HELPERS + """
                for _ in range(3):
                    if os.fork() == 0:
                        os.setsid()
                        [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]
                        if os.fork() == 0:
                            os.close(1); os.close(2); os.chdir('/')
                            open(f'/app/out/{os.getpid()}', 'w').close()
                            time.sleep(600)
                        os._exit(0)
                while len(os.listdir('/app/out')) < 3: time.sleep(0.01)
                [signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]
                print('started', flush=True)
                sys.stdin.read() if ENDS else time.sleep(600)
                """.replace("ENDS", ends ? "True" : "False"))) {
            assertThat(new String(process.stdout().readNBytes(7), StandardCharsets.UTF_8))
                    .isEqualTo("started");
            var alive = ProcessHandle.current().descendants().toList();
            if (ends) {
                process.stdin().close();
            } else {
                assertThat(process.stop(Duration.ofMillis(200))).isTrue();
            }

            assertThat(process.exit().get(10, TimeUnit.SECONDS))
                    .isEqualTo(ends ? new Exit.Exited(0) : new Exit.Stopped());
            assertThat(alive).hasSizeGreaterThan(3).noneMatch(Shell::runs);
        }
    }

    private Exit.LimitExceeded assertExceeded(Limit limit, String code) throws Exception {
        Shell.Outcome outcome = shell.run(HELPERS + code.replace("\\n", "\n") + "\ntime.sleep(60)");

        assertThat(outcome.exit()).as(outcome.toString()).isInstanceOf(Exit.LimitExceeded.class);
        Exit.LimitExceeded exceeded = (Exit.LimitExceeded) outcome.exit();
        assertThat(exceeded.limit()).isEqualTo(limit);
        assertThat(exceeded.used()).isGreaterThan(exceeded.allowed() - 10);
        assertThat(UntrustedTree.remove(shell.out)).isTrue();
        return exceeded;
    }
}
