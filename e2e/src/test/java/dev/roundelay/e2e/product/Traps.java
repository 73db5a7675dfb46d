package dev.roundelay.e2e.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What can befall the programs of one product from within: an end at a named point, a clock that jumps. Programs are
/// `server`, `standby`, or a worker by its name.
public final class Traps {
    private final Path folder;
    private final Setup setup;

    Traps(Path folder, Setup setup) {
        this.folder = folder;
        this.setup = setup;
    }

    /// Has a program end when it reaches a point for the n-th time from now on.
    public void arm(String program, String point, int times) {
        put(control(program), point + "#" + times);
    }

    /// Has all programs live on.
    public void disarm() {
        deleteAll(".fault");
    }

    /// Has all programs list their points anew, in a moment.
    public void forgetPoints() {
        deleteAll(".fault.seen");
    }

    /// Returns the points that a program has passed, in order of their names; none of one that cannot end at one.
    public List<String> points(String program) {
        try {
            return Files.readAllLines(control(program).resolveSibling(program + ".fault.seen")).stream()
                    .distinct()
                    .sorted()
                    .toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sets the clock of a program, and of what it starts outside sandboxes, ahead of the machine's, or behind it. The
    /// monotonic clock goes on as it does when an operator sets the time. It takes a second until all see it.
    public void moveClock(String program, Duration ahead) {
        put(clock(program), "%+d".formatted(ahead.toSeconds()));
    }

    List<String> options(String program) {
        return setup.endsAtPoints()
                ? List.of("-javaagent:" + FaultAgentJar.path() + "=" + control(program))
                : List.of();
    }

    Map<String, String> environment(String program) {
        if (!setup.movableClocks()) {
            return Map.of();
        }
        Path clock = clock(program);
        if (!Files.exists(clock)) {
            put(clock, "+0");
        }
        return Map.of(
                "LD_PRELOAD", FakeTime.library().toString(),
                "FAKETIME_TIMESTAMP_FILE", clock.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // Else a wait of a JVM ends at once, again and again.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                "DONT_FAKE_MONOTONIC", "1");
    }

    private void deleteAll(String suffix) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(suffix)).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path control(String program) {
        return folder.resolve(program + ".fault");
    }

    private Path clock(String program) {
        return folder.resolve(program + ".clock");
    }

    /// At once: a program may be reading it.
    private static void put(Path file, String text) {
        try {
            Path fresh =
                    Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
            Files.writeString(fresh, text + System.lineSeparator());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
