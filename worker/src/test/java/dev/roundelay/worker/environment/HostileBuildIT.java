package dev.roundelay.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.worker.harness.Pythons;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Packages whose own code runs while they are built, and what it reaches then.
public class HostileBuildIT {
    @TempDir
    Path folder;

    private final ProcessLauncher launcher = new ProcessLauncher();
    private Path wheels;
    private Sandbox sandbox;

    @BeforeEach
    void makeWheels() throws Exception {
        wheels = folder.resolve("wheels");
        Wheels.write(wheels, "alpha", "1.0", List.of("beta>=2"));
        Wheels.write(wheels, "beta", "2.5", List.of());
        sandbox = new Sandbox(SandboxConfig.bubblewrap(folder.resolve("scratch")), launcher);
    }

    @AfterEach
    void closeLauncher() throws Exception {
        launcher.close();
        SealedTree.delete(folder.resolve("python"));
    }

    private static final String HOSTILE_BUILD = """
            import os, socket, sys
            def tell():
                print('HOSTILE sees', len(os.listdir('ENVIRONMENTS')), len(os.listdir('DOWNLOADS')), os.path.exists('THE_FILE'))
                for path in ('/usr/x', '/etc/x', '/x'):
                    try: open(path, 'w'); print('HOSTILE wrote', path)
                    except OSError: pass
                try: open('OUTSIDE/x', 'w')
                except OSError: pass
                try: socket.create_connection(('127.0.0.1', PORT), 2); print('HOSTILE connected')
                except OSError as e: print('HOSTILE', e.errno)
                print('HOSTILE', sorted(k for k in os.environ if 'TOKEN' in k or 'SECRET' in k or 'RESON' in k))
                print('HOSTILE', sorted(os.listdir(os.path.dirname(os.environ['PIP_CACHE_DIR']))))
                sys.stdout.write('z' * 3_000_000 + '\\n')
                for i in range(12_000): print('HOSTILE', i, 'y' * 1_000)
                sys.stdout.flush()
                raise RuntimeError('HOSTILE done')
            def build_wheel(*args, **more): tell()
            def build_sdist(*args, **more): tell()
            """;

    /// Wheels only, as it is by default: a package that would run code to be built does not.
    @Test
    void a_package_without_a_wheel_runs_no_code() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Wheels.writeSource(wheels, "hostile", hostileBuild(service));
            EnvironmentStore store = store(config(PackageIndex.offlineFrom(List.of(wheels), false)));
            List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("hostile"), false, log::add))
                    .isInstanceOf(EnvironmentException.class);
            assertThat(log).noneMatch(line -> line.contains("HOSTILE"));
        }
    }

    @Test
    void a_build_from_sources_reaches_nothing_of_the_host_and_of_other_owners() throws Exception {
        Path secret = Files.writeString(folder.resolve("worker.secret"), "s3cret");
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Wheels.writeSource(wheels, "hostile", hostileBuild(service));
            EnvironmentStore store = store(config(PackageIndex.offlineFrom(List.of(wheels), true)));
            store.obtain("usr_2", List.of("alpha"), false, _ -> {}).close();
            List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("hostile"), false, log::add))
                    .isInstanceOf(EnvironmentException.class);

            assertThat(secret).hasContent("s3cret");
            assertThat(folder.resolve("x")).doesNotExist();
            assertThat(folder.resolve("python/downloads").toFile().list()).hasSize(2);
            assertThat(log.stream().filter(line -> line.contains("HOSTILE")).map(String::strip))
                    .contains("HOSTILE sees 1 1 False", "HOSTILE 111", "HOSTILE []")
                    .noneMatch(line -> line.contains("wrote") || line.contains("connected"));
            assertThat(log).allMatch(line -> line.length() <= BuildLog.LONGEST_LINE);
            assertThat(log.stream().mapToLong(String::length).sum()).isLessThan(2 * BuildLog.MOST_BYTES);
            assertThat(folder.resolve("python/environments").toFile().list())
                    .as("that of usr_2 and its mark")
                    .hasSize(2);
        }
    }

    /// With an index, too, and by its own gate: the code of a package reaches the index and nothing else.
    @Test
    void a_build_from_an_indexs_sources_reaches_that_index_only() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FakeIndex index = new FakeIndex(wheels)) {
            Wheels.writeSource(wheels, "hostile", """
                    import os, socket, urllib.request
                    def tell(name, what):
                        try: print('HOSTILE', name, what())
                        except Exception as e: print('HOSTILE', name, e)
                    def attack():
                        port, files, proxy = SERVICE, 'FILES', os.environ['http_proxy'].split('//')[1].split(':')
                        tell('direct', lambda: socket.create_connection(('127.0.0.1', port), 2) and 'connected')
                        tell('index', lambda: socket.create_connection(('127.0.0.1', int(files.split(':')[1])), 2) and 'connected')
                        tell('outside', lambda: socket.create_connection(('192.0.2.1', 80), 2) and 'connected')
                        tell('name', lambda: socket.getaddrinfo('example.org', 80))
                        def by_proxy(head):
                            c = socket.create_connection((proxy[0], int(proxy[1])), 2); c.sendall(head.encode() + b'\\r\\n\\r\\n')
                            return c.recv(100).split(b'\\r\\n')[0]
                        tell('get', lambda: by_proxy(f'GET http://127.0.0.1:{port}/ HTTP/1.1'))
                        tell('tunnel', lambda: by_proxy(f'CONNECT 127.0.0.1:{port} HTTP/1.1'))
                        tell('host', lambda: by_proxy(f'GET http://{files}/files/none HTTP/1.1\\r\\nHost: 127.0.0.1:{port}'))
                        tell('good', lambda: urllib.request.urlopen(f'http://{files}/files/beta-2.5-py3-none-any.whl').status)
                        tell('doors', lambda: sorted(os.listdir('/run/index')))
                        tell('rubbish', lambda: by_proxy('x' * 70_000))
                        tell('door', lambda: open('/run/index/9', 'w'))
                        raise RuntimeError('HOSTILE done')
                    def build_wheel(*args, **more): attack()
                    def build_sdist(*args, **more): attack()
                    """.replace("SERVICE", Integer.toString(service.getLocalPort()))
                    .replace("FILES", index.filesHost()));
            EnvironmentStore store = store(config(new PackageIndex(
                    Optional.of(URI.create(index.url())),
                    List.of(),
                    List.of(index.filesHost()),
                    List.of(),
                    false,
                    true,
                    Optional.empty(),
                    Map.of())));
            List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("hostile"), false, log::add))
                    .isInstanceOf(EnvironmentException.class);

            assertThat(log.stream().map(String::strip).filter(line -> line.startsWith("HOSTILE")))
                    .contains(
                            "HOSTILE direct [Errno 111] Connection refused",
                            "HOSTILE index [Errno 111] Connection refused",
                            "HOSTILE outside [Errno 101] Network is unreachable",
                            "HOSTILE get b'HTTP/1.1 403 Forbidden'",
                            "HOSTILE tunnel b'HTTP/1.1 403 Forbidden'",
                            "HOSTILE good 200",
                            "HOSTILE doors ['0', '1']")
                    .noneMatch(line -> line.contains("connected"))
                    .anyMatch(line -> line.startsWith("HOSTILE door [Errno 30]"))
                    .anyMatch(line -> line.startsWith("HOSTILE name [Errno"));
            service.setSoTimeout(1);
            assertThatThrownBy(service::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    private String hostileBuild(ServerSocket service) {
        return HOSTILE_BUILD
                .replace("ENVIRONMENTS", folder.resolve("python/environments").toString())
                .replace("DOWNLOADS", folder.resolve("python/downloads").toString())
                .replace("THE_FILE", folder.resolve("worker.secret").toString())
                .replace("OUTSIDE", folder.toString())
                .replace("PORT", Integer.toString(service.getLocalPort()));
    }

    private EnvironmentConfig config(PackageIndex index) {
        return EnvironmentConfig.withDefaults(folder.resolve("python"), index);
    }

    private EnvironmentStore store(EnvironmentConfig config) throws Exception {
        EnvironmentStore store =
                new EnvironmentStore(config, Pythons.probe(Pythons.distribution()), sandbox, InstantSource.system());
        store.start();
        return store;
    }
}
