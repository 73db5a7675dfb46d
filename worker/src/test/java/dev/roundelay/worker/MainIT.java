package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `roundelay worker` as a process of its own.
class MainIT {
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

    @Test
    void a_killed_agent_leaves_no_process() throws Exception {
        Path data = Files.createDirectory(folder.resolve("d"));
        Process agent = worker("--token", FakeControlPlane.TOKEN, "--dataset", "local=" + data);
        List<ProcessHandle> below = new ArrayList<>();
        try {
            assertThat(readyLine(agent)).startsWith("roundelay worker ready: wrk_test ");
            plane.submit(FakeJob.of(Modules.WAITING).dataset("local"));
            plane.await("training has begun", () -> plane.site(0).messages().contains("waiting"));
            below.addAll(agent.descendants().toList());
            assertThat(Eventually.harnesses(agent.toHandle())).isNotEmpty();
        } finally {
            agent.destroyForcibly();
        }

        Eventually.awaitGone(below);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data/worker.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_signal_ends_it_well() throws Exception {
        Process agent = worker("--token", FakeControlPlane.TOKEN);
        try {
            assertThat(readyLine(agent)).contains("1 slot of cpu");
            agent.destroy();
            assertThat(agent.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            agent.destroyForcibly();
        }
        assertThat(agent.exitValue()).isIn(0, 143);
    }

    @Test
    void who_has_joined_only_starts_later_without_a_token() throws Exception {
        Process joining = worker("--token", FakeControlPlane.TOKEN, "--join-only");
        try {
            assertThat(readyLine(joining)).startsWith("roundelay worker joined: ");
            assertThat(joining.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            joining.destroyForcibly();
        }
        assertThat(joining.exitValue()).isZero();

        Process agent = worker();
        try {
            assertThat(readyLine(agent)).startsWith("roundelay worker ready: wrk_test ");
        } finally {
            agent.destroyForcibly();
        }
    }

    @Test
    void a_refused_join_says_which_of_its_parts_is_at_fault() throws Exception {
        assertThat(failure(3, "--token", "rwt_wrong")).contains("[token]").contains("mint a new one");
        assertThat(failure(3, "--token", FakeControlPlane.TOKEN, "--name", "taken"))
                .contains("[name]");
        assertThat(failure(3, "--token", FakeControlPlane.TOKEN, "--name", "old"))
                .contains("[version]");
        assertThat(failure(3)).contains("[--token]");
    }

    @Test
    void wrong_options_are_all_told() throws Exception {
        assertThat(failure(2, "--slots", "x", "--isolation", "y"))
                .contains("[--slots]")
                .contains("[--isolation]");
    }

    private String failure(int code, String... options) throws Exception {
        Process process = worker(options);
        try {
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).describedAs(said).isEqualTo(code);
            // Nothing runs any more: the end must not wait for anything.
            assertThat(said).doesNotContain("has not ended");
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private Process worker(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.roundelay.worker.Main",
                "--server",
                plane.url(),
                "--data-dir",
                folder.resolve("data").toString(),
                "--python",
                "/usr/bin/python3"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("ROUNDELAY_"));
        return builder.start();
    }

    private static String readyLine(Process agent) throws IOException {
        Thread.ofVirtual().start(() -> drain(agent));
        BufferedReader out = new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        return line == null ? "" : line;
    }

    private static void drain(Process agent) {
        try (InputStream errors = agent.getErrorStream()) {
            errors.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
