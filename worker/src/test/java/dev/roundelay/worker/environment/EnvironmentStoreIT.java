package dev.roundelay.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.worker.harness.Pythons;
import dev.roundelay.worker.sandbox.Exit;
import dev.roundelay.worker.sandbox.Mount;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import dev.roundelay.worker.sandbox.SandboxConfig;
import dev.roundelay.worker.sandbox.SandboxLimits;
import dev.roundelay.worker.sandbox.SandboxProcess;
import dev.roundelay.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentStoreIT {
    @TempDir
    Path folder;

    private final ProcessLauncher launcher = new ProcessLauncher();
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private Path wheels;
    private Sandbox sandbox;

    @BeforeEach
    void makeWheels() throws Exception {
        wheels = folder.resolve("wheels");
        Wheels.write(wheels, "alpha", "1.0", List.of("beta>=2"));
        Wheels.write(wheels, "beta", "2.5", List.of());
        Wheels.write(wheels, "needstorch", "0.1", List.of("torch"));
        sandbox = new Sandbox(SandboxConfig.bubblewrap(folder.resolve("scratch")), launcher);
    }

    @AfterEach
    void closeLauncher() throws Exception {
        launcher.close();
        SealedTree.delete(folder.resolve("python"));
    }

    static Stream<Path> pythons() {
        return Stream.of(Pythons.current(), Pythons.distribution());
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void missing_packages_are_layered_over_a_base_that_has_torch(Path python) throws Exception {
        EnvironmentStore store = store(python, offline());

        try (var lease = store.obtain("usr_1", List.of("torch", "nvflare", "alpha", "needstorch"), false, _ -> {})) {
            assertThat(lease.isReused()).isFalse();
            assertThat(run(lease.python(), "import alpha, beta, torch; print(alpha.VERSION, beta.VERSION)"))
                    .isEqualTo("1.0 2.5");
            assertThat(run(lease.python(), "import alpha; open(alpha.__file__, 'a')"))
                    .contains("Errno");
        }
        try (var again = store.obtain("usr_1", List.of("needstorch", "alpha"), false, _ -> {})) {
            assertThat(again.isReused()).isTrue();
        }
        try (var other = store.obtain("usr_2", List.of("needstorch", "alpha"), false, _ -> {})) {
            assertThat(other.isReused()).isFalse();
        }
    }

    @Test
    void nvflare_is_installed_where_it_has_to_be_importable_named_or_not() throws Exception {
        Wheels.write(wheels, "nvflare", "2.6.1", List.of());
        Wheels.write(wheels, "nvflare", "2.9.0", List.of());
        EnvironmentStore store = store(Pythons.distribution(), offline());

        try (var newest = store.obtain("usr_1", List.of("numpy"), true, _ -> {});
                var pinned = store.obtain("usr_1", List.of("numpy", "nvflare<2.9"), true, _ -> {});
                var none = store.obtain("usr_1", List.of("numpy", "nvflare<2.9"), false, _ -> {})) {
            assertThat(run(newest.python(), "import nvflare; print(nvflare.VERSION)"))
                    .isEqualTo("2.9.0");
            assertThat(run(pinned.python(), "import nvflare; print(nvflare.VERSION)"))
                    .isEqualTo("2.6.1");
            assertThat(none.python().executable()).isEqualTo(Pythons.distribution());
        }
    }

    @ParameterizedTest
    @MethodSource("pythons")
    void nothing_is_built_where_the_base_satisfies_every_line(Path python) throws Exception {
        EnvironmentStore store = store(python, offline());

        try (var lease = store.obtain(
                "usr_1", List.of("torch", "numpy>=1.20", "nvflare", "absent ; python_version < '3'"), false, _ -> {})) {
            assertThat(lease.python().executable()).isEqualTo(python);
            assertThat(folder.resolve("python/environments")).isEmptyDirectory();
        }
    }

    @Test
    void a_name_that_nobody_has_is_the_users_failure_and_is_named() throws Exception {
        EnvironmentStore store = store(Pythons.distribution(), offline());
        List<String> log = new java.util.concurrent.CopyOnWriteArrayList<>();

        assertThatThrownBy(() -> store.obtain("usr_1", List.of("alpha", "gamma==7"), false, log::add))
                .isInstanceOfSatisfying(EnvironmentException.class, e -> {
                    assertThat(e.report().reason()).isEqualTo(FailureReason.REQUIREMENTS_UNRESOLVABLE);
                    assertThat(e.report().message()).contains("gamma==7");
                    assertThat(e.report().detail()).contains("No matching distribution");
                });
        assertThat(log).isNotEmpty();
        assertThat(folder.resolve("python/environments")).isEmptyDirectory();
    }

    @Test
    void a_conflict_is_the_users_failure() throws Exception {
        EnvironmentStore store = store(Pythons.distribution(), offline());

        assertThatThrownBy(() -> store.obtain("usr_1", List.of("alpha", "beta<2"), false, _ -> {}))
                .isInstanceOfSatisfying(
                        EnvironmentException.class,
                        e -> assertThat(e.report().reason()).isEqualTo(FailureReason.REQUIREMENTS_UNRESOLVABLE));
    }

    @Test
    void an_unreachable_index_is_the_platforms_failure() throws Exception {
        int closed;
        try (var socket = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        EnvironmentConfig config = from("http://127.0.0.1:" + closed + "/simple", Map.of());
        EnvironmentStore store = store(Pythons.distribution(), config);

        assertThatThrownBy(() -> store.obtain("usr_1", List.of("alpha"), false, _ -> {}))
                .isInstanceOfSatisfying(EnvironmentException.class, e -> {
                    assertThat(e.report().reason()).isEqualTo(FailureReason.ENVIRONMENT_FAILED);
                    assertThat(e.report().message()).contains("index");
                });
    }

    @Test
    void the_least_recently_used_environment_makes_room() throws Exception {
        Wheels.write(wheels, "bulky", "1.0", List.of(), "#".repeat(400_000));
        EnvironmentStore store = store(Pythons.distribution(), offline().ofBytes(1_200_000));
        now.set(Instant.ofEpochSecond(1));
        PythonEnvironment first;
        try (var lease = store.obtain("usr_1", List.of("bulky"), false, _ -> {})) {
            first = lease.python();
        }
        int held = 2;
        for (int user = 2; Files.exists(first.executable()) && user < 40; user++) {
            now.set(Instant.ofEpochSecond(user));
            store.obtain("usr_" + user, List.of("bulky"), false, _ -> {}).close();
            held = user;
        }

        assertThat(first.executable()).doesNotExist();
        try (var last = store.obtain("usr_" + held, List.of("bulky"), false, _ -> {})) {
            assertThat(last.isReused()).isTrue();
        }
    }

    @Test
    void the_longest_unused_downloads_make_room() throws Exception {
        Wheels.write(wheels, "bulky", "1.0", List.of(), "#".repeat(1_000));
        EnvironmentStore store = store(Pythons.distribution(), offline().ofBytes(1_200_000));
        now.set(Instant.ofEpochSecond(3));
        Path older = downloads("older", 1);
        Path newer = downloads("newer", 2);

        store.obtain("usr_1", List.of("bulky"), false, _ -> {}).close();

        assertThat(older).doesNotExist();
        assertThat(newer).exists();
    }

    private Path downloads(String owner, long lastUsed) throws IOException {
        Path own = Files.createDirectories(folder.resolve("python/downloads").resolve(owner));
        Files.write(own.resolve("wheel"), new byte[800_000]);
        return Files.setLastModifiedTime(own, FileTime.from(Instant.ofEpochSecond(lastUsed)));
    }

    @Test
    void packages_come_from_the_hosts_of_the_index() throws Exception {
        try (FakeIndex index = new FakeIndex(wheels)) {
            EnvironmentStore store =
                    store(Pythons.distribution(), from(index.url(), Map.of("HTTP_PROXY", ""), index.filesHost()));

            try (var lease = store.obtain("usr_1", List.of("alpha"), false, _ -> {})) {
                assertThat(run(lease.python(), "import alpha, beta; print(alpha.VERSION, beta.VERSION)"))
                        .isEqualTo("1.0 2.5");
            }
            assertThat(index.seen()).contains("/simple/alpha/", "/files/alpha-1.0-py3-none-any.whl", "/simple/beta/");
        }
    }

    @Test
    void a_host_that_the_index_names_but_the_operator_does_not_is_told_of() throws Exception {
        try (FakeIndex index = new FakeIndex(wheels)) {
            EnvironmentStore store = store(Pythons.distribution(), from(index.url(), Map.of()));

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("alpha"), false, _ -> {}))
                    .isInstanceOfSatisfying(EnvironmentException.class, e -> {
                        assertThat(e.report().reason()).isEqualTo(FailureReason.ENVIRONMENT_FAILED);
                        assertThat(e.report().message())
                                .isEqualTo("[environment] the package index leads to " + index.filesHost()
                                        + ", which builds of this worker may not reach; ask the operator to name that"
                                        + " host in --index-hosts");
                    });
            assertThat(index.seen()).allMatch(path -> path.startsWith("/simple/"));
        }
    }

    @Test
    void the_index_is_reached_through_the_agents_own_proxy() throws Exception {
        try (FakeIndex index = new FakeIndex(wheels);
                FakeProxy proxy = new FakeProxy(false)) {
            String address = "http://me:secret@127.0.0.1:" + proxy.port();
            EnvironmentStore store =
                    store(Pythons.distribution(), from(index.url(), Map.of("http_proxy", address), index.filesHost()));

            store.obtain("usr_1", List.of("beta"), false, _ -> {}).close();

            assertThat(proxy.heads())
                    .anyMatch(head -> head.startsWith("CONNECT " + index.filesHost() + " HTTP/1.1\n")
                            && head.contains("Proxy-Authorization: Basic bWU6c2VjcmV0\n"));
        }
    }

    @Test
    void a_proxy_that_refuses_is_named() throws Exception {
        try (FakeIndex index = new FakeIndex(wheels);
                FakeProxy proxy = new FakeProxy(true)) {
            String address = "127.0.0.1:" + proxy.port();
            EnvironmentStore store = store(Pythons.distribution(), from(index.url(), Map.of("HTTP_PROXY", address)));

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("beta"), false, _ -> {}))
                    .isInstanceOfSatisfying(EnvironmentException.class, e -> {
                        assertThat(e.report().message()).contains("the package index cannot be reached");
                        assertThat(e.report().detail())
                                .contains("the proxy 127.0.0.1 answers HTTP/1.1 403 Not For You");
                    });
            assertThat(index.seen()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://proxy.example.org", "http://", "http://a b:1"})
    void a_proxy_that_cannot_be_spoken_to_is_told_without_its_password(String value) throws Exception {
        try (FakeIndex index = new FakeIndex(wheels)) {
            EnvironmentStore store = store(Pythons.distribution(), from(index.url(), Map.of("HTTP_PROXY", value)));

            assertThatThrownBy(() -> store.obtain("usr_1", List.of("beta"), false, _ -> {}))
                    .isInstanceOfSatisfying(
                            EnvironmentException.class,
                            e -> assertThat(e.report().message())
                                    .contains("HTTPS_PROXY or HTTP_PROXY of the worker is no http://host:port"));
        }
    }

    @Test
    void hosts_that_no_proxy_serves_are_reached_directly() throws Exception {
        try (FakeIndex index = new FakeIndex(wheels);
                FakeProxy proxy = new FakeProxy(true)) {
            Map<String, String> variables =
                    Map.of("HTTP_PROXY", "127.0.0.1:" + proxy.port(), "NO_PROXY", "example.org, .0.0.1");
            EnvironmentStore store = store(Pythons.distribution(), from(index.url(), variables, index.filesHost()));

            store.obtain("usr_1", List.of("beta"), false, _ -> {}).close();

            assertThat(proxy.heads()).isEmpty();
        }
    }

    @Test
    void a_broken_off_build_is_removed_at_the_start() throws Exception {
        Path left = Files.createDirectories(folder.resolve("python/environments/abc/lib"));

        store(Pythons.distribution(), offline());

        assertThat(left).doesNotExist();
    }

    private EnvironmentConfig offline() {
        return config(PackageIndex.offlineFrom(List.of(wheels), false));
    }

    private EnvironmentConfig config(PackageIndex index) {
        return EnvironmentConfig.withDefaults(folder.resolve("python"), index);
    }

    private EnvironmentConfig from(String index, Map<String, String> proxies, String... hosts) {
        return config(new PackageIndex(
                Optional.of(URI.create(index)),
                List.of(),
                List.of(hosts),
                List.of(),
                false,
                true,
                Optional.empty(),
                proxies));
    }

    private EnvironmentStore store(Path python, EnvironmentConfig config) throws Exception {
        EnvironmentStore store = new EnvironmentStore(config, Pythons.probe(python), sandbox, clock());
        store.start();
        return store;
    }

    private InstantSource clock() {
        return now::get;
    }

    private String run(PythonEnvironment python, String code) throws Exception {
        SandboxSpec spec = new SandboxSpec(
                "probe",
                0,
                List.of(python.executable().toString(), "-s", "-c", code),
                Map.of("PATH", "/usr/bin"),
                python.folders().stream().map(Mount::readOnly).toList(),
                "/",
                List.of(),
                SandboxLimits.ofMemory(4L << 30));
        try (SandboxProcess process = sandbox.start(spec)) {
            process.stdin().close();
            String out = new String(process.stdout().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.stderr().readAllBytes(), StandardCharsets.UTF_8);
            Exit exit = process.exit().get(60, TimeUnit.SECONDS);
            return exit.equals(new Exit.Exited(0)) ? out.strip() : err;
        }
    }
}
