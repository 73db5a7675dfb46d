package dev.roundelay.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SupervisorTest {
    private static final Backoff SHORT =
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofHours(1));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final CountDownLatch threeEnds = new CountDownLatch(3);
    private final Supervisor supervisor = new Supervisor(SHORT, System::nanoTime, notice -> {
        notices.add(notice);
        threeEnds.countDown();
    });

    @AfterEach
    void stop() {
        supervisor.stop();
    }

    @Test
    void a_child_that_dies_is_started_again_with_growing_pauses() throws InterruptedException, IOException {
        Child child = supervisor.keep(spec("dying", "echo alive; exit 7"));
        assertThat(threeEnds.await(30, TimeUnit.SECONDS)).isTrue();
        supervisor.stop();
        assertThat(child.starts()).isGreaterThanOrEqualTo(3);
        assertThat(notices.get(0)).contains("[dying] ended with exit code 7", "again in 0.02 s");
        assertThat(notices.get(1)).contains("again in 0.04 s");
        assertThat(notices.get(2)).contains("again in 0.08 s");
        assertThat(Files.readString(data.resolve("dying.log"))).startsWith("alive\nalive\nalive\n");
    }

    @Test
    void a_stop_ends_all_children_and_starts_none_again() throws InterruptedException {
        Child first = supervisor.keep(spec("first", "exec sleep 600"));
        Child second = supervisor.keep(spec("second", "exec sleep 600"));
        Process firstProcess = started(first);
        Process secondProcess = started(second);
        supervisor.stop();
        supervisor.awaitStop();
        assertThat(firstProcess.isAlive()).isFalse();
        assertThat(secondProcess.isAlive()).isFalse();
        assertThat(notices).isEmpty();
        assertThat(supervisor.keep(spec("late", "exec sleep 600")).process()).isNull();
    }

    @Test
    void a_child_sees_only_its_own_environment() throws InterruptedException, IOException {
        Map<String, String> cleaned = CleanEnvironment.ofServer(Map.of("PATH", "/usr/bin:/bin", "AWS_SECRET", "s"));
        supervisor.keep(
                new ChildSpec("child", List.of("/bin/sh", "-c", "env; exit 1"), cleaned, data.resolve("child.log")));
        assertThat(threeEnds.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(data.resolve("child.log")))
                .contains("PATH=/usr/bin:/bin")
                .doesNotContain("AWS_SECRET");
    }

    @Test
    void all_children_are_gone_after_the_supervisor_was_killed() throws Exception {
        Path pids = data.resolve("pids");
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ParentMain.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(data.resolve("parent.log").toFile())
                .start();
        try {
            List<ProcessHandle> children = childrenOf(parent, pids);
            assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);
            parent.destroyForcibly().waitFor();
            for (ProcessHandle child : children) {
                child.onExit().get(30, TimeUnit.SECONDS);
            }
            assertThat(children).noneMatch(ProcessHandle::isAlive);
        } finally {
            parent.destroyForcibly();
        }
    }

    private List<ProcessHandle> childrenOf(Process parent, Path pids) throws IOException, InterruptedException {
        try (WatchService changes = data.getFileSystem().newWatchService()) {
            var unused =
                    data.register(changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
            while (parent.isAlive()) {
                if (Files.exists(pids) && Files.readAllLines(pids).size() == 2) {
                    return Files.readAllLines(pids).stream()
                            .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
                            .toList();
                }
                WatchKey key = changes.poll(200, TimeUnit.MILLISECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
        }
        throw new AssertionError("the supervisor ended by itself");
    }

    private static Process started(Child child) {
        Process process = child.process();
        while (process == null) {
            Thread.onSpinWait();
            process = child.process();
        }
        return process;
    }

    private ChildSpec spec(String name, String script) {
        return new ChildSpec(
                name, List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"), data.resolve(name + ".log"));
    }
}
