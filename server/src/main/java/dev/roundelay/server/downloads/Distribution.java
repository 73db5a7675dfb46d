package dev.roundelay.server.downloads;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The folder that this server was started from, `dist/roundelay` or what the wheel holds, and the Java that it runs
/// on.
///
/// @param home     has `bin/roundelay`, `lib/`, `share/` and perhaps `jre/`
/// @param javaHome of this process
public record Distribution(Path home, Path javaHome) {
    // What a whole JDK has for those who build programs, hundreds of megabytes of it. The licences stay.
    private static final Set<String> FOR_BUILDERS =
            Set.of("jmods", "include", "man", "demo", "sample", "src.zip", "lib/src.zip", "lib/ct.sym");

    /// Returns launcher and jars of the worker's programs.
    List<TarGzip.Entry> agent() throws IOException {
        List<TarGzip.Entry> entries = new ArrayList<>();
        entries.add(new TarGzip.Entry("bin/roundelay", home.resolve("bin/roundelay")));
        for (String jar : Files.readAllLines(home.resolve("share/agent.jars"))) {
            entries.add(new TarGzip.Entry("lib/" + jar, home.resolve("lib").resolve(jar)));
        }
        return List.copyOf(entries);
    }

    /// Returns a Java runtime: that of the distribution, else the one that runs this server.
    List<TarGzip.Entry> runtime() throws IOException {
        Path own = home.resolve("jre");
        Path folder = Files.isRegularFile(own.resolve("release")) ? own : javaHome.toRealPath();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .map(folder::relativize)
                    .filter(Distribution::isForRunning)
                    .sorted()
                    .map(file -> new TarGzip.Entry("jre/" + file, folder.resolve(file)))
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException("[%s] cannot be read: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static boolean isForRunning(Path file) {
        return FOR_BUILDERS.stream().noneMatch(left -> file.startsWith(Path.of(left)));
    }

    /// Returns the wheel of the Python SDK.
    List<Path> wheels() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("share"))) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .sorted()
                    .toList();
        }
    }
}
