package dev.roundelay.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How hostile code tries to get out, with the agent as whoever runs the tests; `UnprivilegedAgentIT` runs all of it
/// again as a normal user.
@Timeout(60)
class SandboxEscapeIT {
    // Calls a system call by number and prints its errno.
    private static final String SYSCALL =
            "import ctypes; l = ctypes.CDLL(None, use_errno=True); r = l.syscall(%s); print(r, ctypes.get_errno())";

    @TempDir
    Path folder;

    private Shell shell;

    @BeforeEach
    void open() throws IOException {
        shell = new Shell(folder, true);
    }

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void this_machine_can_have_sandboxes() {
        assertThat(shell.sandbox.findProblem()).isEmpty();
    }

    @Test
    void there_is_no_network_but_its_own_loopback() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(shell.run("""
                                    import socket, os
                                    print(sorted(os.listdir('/sys/class/net')) if os.path.isdir('/sys/class/net') else 'no sys')
                                    for target in (('192.0.2.1', 80), ('127.0.0.1', PORT)):
                                        try: socket.create_connection(target, 2); print('connected')
                                        except OSError as e: print(e.errno)
                                    try: socket.getaddrinfo('example.org', 80); print('resolved')
                                    except socket.gaierror: print('no name')
                                    """.replace("PORT", Integer.toString(service.getLocalPort())))
                            .out())
                    .isEqualTo("no sys\n101\n111\nno name");
        }
    }

    @Test
    void abstract_sockets_of_the_host_are_not_there() throws Exception {
        String name = "roundelay-test-" + folder.getFileName();
        String listen = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('\\0" + name
                + "'); s.listen(); print('listens', flush=True); sys.stdin.read()";
        String connect = "import socket; s = socket.socket(socket.AF_UNIX)\ntry: s.connect('\\0" + name
                + "'); print('connected')\nexcept OSError as e: print(e.errno)";
        Process service = new ProcessBuilder("/usr/bin/python3", "-c", listen).start();
        try {
            assertThat(service.inputReader().readLine()).isEqualTo("listens");
            Process outside = new ProcessBuilder("/usr/bin/python3", "-c", connect).start();
            assertThat(outside.inputReader().readLine()).isEqualTo("connected");

            assertThat(shell.run(connect).out()).isEqualTo("111");
        } finally {
            service.destroyForcibly();
        }
    }

    @Test
    void the_environment_of_no_process_says_anything_of_the_host() throws Exception {
        assertThat(shell.run("""
                                import os
                                for pid in (p for p in os.listdir('/proc') if p.isdigit()):
                                    try: said = open(f'/proc/{pid}/environ').read()
                                    except OSError: continue
                                    for name in (one.split('=')[0] for one in said.split('\\0') if one):
                                        if name not in ('PATH', 'HOME', 'PWD'): print(pid, name)
                                """).out()).isEmpty();
    }

    @Test
    void killing_everything_reaches_nobody_else() throws Exception {
        try (Shell other = new Shell(folder.resolve("other"), false);
                SandboxProcess neighbour = other.start("print('started', flush=True); import time; time.sleep(600)")) {
            neighbour.stdout().readNBytes(7);

            Shell.Outcome outcome = shell.run("""
                    import os, signal
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    for what in (lambda: os.kill(1, signal.SIGKILL), lambda: os.kill(1, signal.SIGSTOP),
                                 lambda: os.kill(os.getppid(), signal.SIGKILL), lambda: os.kill(-1, signal.SIGTERM)):
                        try: what()
                        except OSError as e: print(e.errno)
                    print('alive')
                    """);

            assertThat(outcome.out().lines().toList()).last().isEqualTo("alive");
            assertThat(outcome.exit()).isEqualTo(new Exit.Exited(0));
            assertThat(neighbour.exit()).isNotDone();
        }
    }

    @Test
    void the_folders_of_another_slot_are_not_there() throws Exception {
        try (Shell other = new Shell(folder.resolve("other"), false);
                SandboxProcess neighbour = other.start(
                        "open('mine', 'w').write('s3cret'); print('started', flush=True); import time; time.sleep(600)")) {
            neighbour.stdout().readNBytes(7);

            assertThat(shell.run("""
                                    import os
                                    print(os.path.exists('OTHER'), os.listdir('/app/out'), os.listdir('/tmp'), os.listdir('/dev/shm'))
                                    for root, folders, files in os.walk('/'):
                                        folders[:] = [f for f in folders if os.path.join(root, f) not in ('/proc', '/usr', '/dev')]
                                        if 'mine' in files: print('found', root)
                                    """.replace("OTHER", other.out.toString())).out())
                    .isEqualTo("False [] ['home'] []");
        }
    }

    @Test
    void read_only_files_cannot_be_opened_anew_for_writing() throws Exception {
        assertThat(shell.run("""
                                import os
                                for path in ('/etc/passwd', '/usr/bin/python3', '/usr/lib/os-release'):
                                    held = os.open(path, os.O_RDONLY)
                                    for attempt in (lambda: os.open(f'/proc/self/fd/{held}', os.O_WRONLY),
                                                    lambda: os.chmod(path, 0o777), lambda: os.link(path, '/app/out/link'),
                                                    lambda: os.truncate(path, 0)):
                                        try: attempt(); print('changed', path)
                                        except OSError: pass
                                """).out()).isEmpty();
    }

    @Test
    void files_of_the_host_and_of_other_jobs_are_not_there() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
        assertThat(shell.run(
                                "import os\nfor p in (%s, '/etc/shadow', '/root/.ssh', '/home', '/var', '/proc/1/root/etc/shadow'):"
                                                .formatted("'" + secret + "', '" + folder + "'")
                                        + "\n    print(os.path.exists(p))")
                        .out()
                        .lines())
                .containsOnly("False");
        assertThat(shell.run("import os; print(dict(os.environ).keys() - {'PATH', 'HOME', 'PWD', 'LC_CTYPE'})")
                        .out())
                .isEqualTo("set()");
    }

    @Test
    void nothing_but_the_named_folders_is_writable() throws Exception {
        assertThat(shell.run("""
                                for p in ('/x', '/usr/x', '/etc/x', '/app/x', '/dev/x', '/proc/sys/kernel/core_pattern'):
                                    try: open(p, 'w'); print('wrote', p)
                                    except OSError: pass
                                for p in ('/app/out/x', '/tmp/x', '/tmp/home/x', '/dev/shm/x'):
                                    open(p, 'w').write('fine')
                                print('done')
                                """).out()).isEqualTo("done");
        assertThat(shell.out.resolve("x")).hasContent("fine");
    }

    @Test
    void processes_of_the_host_are_neither_seen_nor_reached() throws Exception {
        long host = ProcessHandle.current().pid();
        assertThat(shell.run(
                                "import os\npids = [int(p) for p in os.listdir('/proc') if p.isdigit()]\nprint(max(pids) < 50)\n"
                                        + "try: os.kill(" + host
                                        + ", 0); print('reached')\nexcept OSError as e: print(e.errno)")
                        .out())
                .isEqualTo("True\n3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "101, 0, 0, 0, 0", // ptrace
                "165, b'none', b'/tmp', b'tmpfs', 0, 0", // mount
                "155, b'/tmp', b'/tmp'", // pivot_root
                "321, 0, 0, 0", // bpf
                "250, 0, 0, 0", // keyctl
                "298, 0, 0, 0, 0, 0", // perf_event_open
                "323, 0", // userfaultfd
                "425, 1, 0", // io_uring_setup
                "272, 0x10000000", // unshare(CLONE_NEWUSER)
                "308, 0, 0", // setns
                "310, 1, 0, 0, 0, 0, 0", // process_vm_readv
                "29, 0, 4096, 0o1600", // shmget
                "68, 0, 0o1600", // msgget
                "56, 0x10000011, 0, 0, 0, 0", // clone(CLONE_NEWUSER | SIGCHLD)
                "56, 0x10800, 0, 0, 0, 0", // clone(CLONE_THREAD | CLONE_SIGHAND) without CLONE_FILES
                "436, 1000, 2000, 2", // close_range(CLOSE_RANGE_UNSHARE)
                "0x40000000 + 39", // a call of x32
            })
    void dangerous_system_calls_are_refused(String arguments) throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue("amd64".equals(System.getProperty("os.arch")));

        assertThat(shell.run(SYSCALL.formatted(arguments)).out()).isEqualTo("-1 1");
    }

    @Test
    void a_user_namespace_cannot_be_nested_by_clone3_either() throws Exception {
        // Its arguments lie in memory, where no filter sees them: there is no such call, and programs use clone.
        assertThat(shell.run(SYSCALL.formatted("435, b'\\0\\0\\0\\x10' + bytes(84), 88"))
                        .out())
                .isEqualTo("-1 38");
        assertThat(shell.run(
                                "import threading; t = threading.Thread(target=print, args=('runs',)); t.start(); t.join()")
                        .out())
                .isEqualTo("runs");
    }

    @Test
    void there_are_no_capabilities_and_no_way_to_more_privileges() throws Exception {
        assertThat(shell.run("print(''.join(l for l in open('/proc/self/status') if l.startswith(('Cap', 'NoNew'))))")
                        .out()
                        .lines()
                        .map(line -> line.replaceAll("\\s+", " ")))
                .containsExactly(
                        "CapInh: 0000000000000000",
                        "CapPrm: 0000000000000000",
                        "CapEff: 0000000000000000",
                        "CapBnd: 0000000000000000",
                        "CapAmb: 0000000000000000",
                        "NoNewPrivs: 1");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_memory_bomb_is_ended(boolean cgroups) throws Exception {
        try (Shell own = new Shell(folder.resolve("own"), cgroups)) {
            assertThat(own.run("b = []\nwhile True: b.append(bytearray(10_000_000))")
                            .exit())
                    .isInstanceOfSatisfying(
                            Exit.LimitExceeded.class,
                            exit -> assertThat(exit.limit()).isEqualTo(Limit.MEMORY));
        }
    }

    @Test
    void memory_in_files_of_a_tmpfs_counts() throws Exception {
        try (Shell own = new Shell(folder.resolve("own"), false)) {
            assertThat(own.run("""
                                    import time
                                    b = bytearray(250_000_000)
                                    f = open('/dev/shm/x', 'wb')
                                    for _ in range(80): f.write(bytes(1_000_000))
                                    time.sleep(30)
                                    """).exit())
                    .isInstanceOfSatisfying(
                            Exit.LimitExceeded.class,
                            exit -> assertThat(exit.limit()).isEqualTo(Limit.MEMORY));
        }
    }

    @Test
    void a_tmpfs_is_full_at_its_size() throws Exception {
        assertThat(shell.run("""
                                try: open('/tmp/x', 'wb').write(bytes(60_000_000)); print('wrote')
                                except OSError as e: print(e.errno)
                                """).out()).isEqualTo("28");
    }

    @Test
    void a_disk_bomb_is_ended_even_when_its_files_have_no_name() throws Exception {
        String bomb = """
                import os, time
                kept = []
                while True:
                    f = open(str(len(kept)), 'wb'); kept.append(f); f.write(bytes(2_000_000)); f.flush()
                    %s
                    time.sleep(0.01)
                """;
        assertThat(shell.run(bomb.formatted("")).exit())
                .isInstanceOfSatisfying(
                        Exit.LimitExceeded.class,
                        exit -> assertThat(exit.limit()).isEqualTo(Limit.DISK));
        for (Path file :
                Arrays.stream(shell.out.toFile().listFiles()).map(File::toPath).toList()) {
            Files.delete(file);
        }
        assertThat(shell.run(bomb.formatted("os.unlink(f.name)")).exit())
                .isInstanceOfSatisfying(
                        Exit.LimitExceeded.class,
                        exit -> assertThat(exit.limit()).isEqualTo(Limit.DISK));
    }

    @Test
    void a_fork_bomb_is_contained_and_ended() throws Exception {
        Shell.Outcome outcome = shell.run("""
                import os
                while True:
                    try: os.fork()
                    except BlockingIOError: pass
                """);

        assertThat(outcome.exit())
                .isInstanceOfSatisfying(
                        Exit.LimitExceeded.class,
                        exit -> assertThat(exit.limit()).isEqualTo(Limit.PROCESSES));
    }

    @Test
    void descriptors_are_limited() throws Exception {
        assertThat(shell.run(
                                "import os\nf = []\ntry:\n    while True: f.append(os.dup(0))\nexcept OSError as e: print(e.errno)")
                        .out())
                .isEqualTo("24");
    }

    /// Linux shares out the cores by sessions, so that a bomb of sessions would leave nearly none to anybody else. A
    /// processor group counts them all as one; where there is none, there is one session only.
    @Test
    void without_a_processor_group_nothing_begins_a_session() throws Exception {
        try (Shell own = new Shell(folder.resolve("own"), false)) {
            assertThat(own.run("""
                            import os, subprocess
                            before = os.getsid(0)
                            if os.fork() == 0:
                                os.setsid()
                                print(os.getsid(0) == before, flush=True)
                                os._exit(0)
                            os.wait()
                            print(subprocess.run(['echo', 'fine'], start_new_session=True, capture_output=True).stdout)
                            """).out()).isEqualTo("True\nb'fine\\n'");
        }
    }

    @Test
    void a_daemon_does_not_survive() throws Exception {
        try (SandboxProcess process = shell.start("""
                import os, signal, sys, time
                if os.fork() == 0:
                    os.setsid()
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    if os.fork() == 0:
                        open('/app/out/daemon', 'w').close()
                        time.sleep(600)
                    os._exit(0)
                while not os.path.exists('/app/out/daemon'): time.sleep(0.01)
                print('started', flush=True)
                time.sleep(600)
                """)) {
            byte[] started = process.stdout().readNBytes(7);
            var alive = ProcessHandle.current().descendants().toList();

            assertThat(new String(started, StandardCharsets.UTF_8)).isEqualTo("started");
            assertThat(process.stop(Duration.ofMillis(200))).isTrue();
            assertThat(process.exit().get(10, TimeUnit.SECONDS)).isEqualTo(new Exit.Stopped());
            assertThat(alive).isNotEmpty().noneMatch(Shell::runs);
        }
    }

    @Test
    void a_program_may_end_well_when_it_is_asked_to_stop() throws Exception {
        try (SandboxProcess process = shell.start("""
                import signal, sys, time
                def end(*_): open('/app/out/ended', 'w').close(); sys.exit(0)
                signal.signal(signal.SIGTERM, end)
                print('started', flush=True)
                time.sleep(600)
                """)) {
            process.stdout().readNBytes(7);
            process.stop(Duration.ofSeconds(5));

            assertThat(shell.out.resolve("ended")).exists();
        }
    }

    @Test
    void exit_codes_and_signals_are_told_apart() throws Exception {
        assertThat(shell.run("import os; os._exit(7)").exit()).isEqualTo(new Exit.Exited(7));
        assertThat(shell.run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
                        .exit())
                .isEqualTo(new Exit.Signalled(11));
    }

    @Test
    void frozen_programs_do_not_run() throws Exception {
        try (SandboxProcess process = shell.start("""
                n = 0
                while True:
                    n += 1
                    open('/app/out/n', 'w').write(str(n))
                    if n == 1: print('started', flush=True)
                """)) {
            process.stdout().readNBytes(7);
            try (var _ = process.freeze()) {
                Path file = shell.out.resolve("n");
                String first = Files.readString(file);
                for (int i = 0; i < 200; i++) {
                    assertThat(Files.readString(file)).isEqualTo(first);
                }
            }
        }
    }

    @Test
    void nothing_of_a_sandbox_stays() throws Exception {
        shell.run("pass");

        assertThat(folder.resolve("scratch")).isEmptyDirectory();
        Optional<MemoryCgroup> group = MemoryCgroup.tryCreate("probe-" + folder.getFileName(), 1 << 20);
        if (group.isPresent()) {
            File own = group.get().entrance().toFile().getParentFile();
            group.get().close();
            assertThat(own).doesNotExist();
            assertThat(own.getParentFile().list()).noneMatch(name -> name.contains("-" + folder.getFileName()));
        }
    }
}
