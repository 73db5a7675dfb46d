package dev.roundelay.server.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running PostgreSQL on our data folder: our child, or what an earlier server left running.
///
/// @param adopted whether an earlier server started it
record Postmaster(ProcessHandle process, Path data, int port, boolean adopted) {
    private static final Logger log = LoggerFactory.getLogger(Postmaster.class);

    /// How long a start is tried again: the backends of a killed postmaster must be gone first.
    private static final Duration RETRY = Duration.ofSeconds(5);

    private static final Duration STEP = Duration.ofMillis(20);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration READY = Duration.ofMinutes(10);

    /// Adopts the postmaster that runs on the data folder, or starts one.
    ///
    /// @param port to listen at; an adopted one keeps its own
    static Postmaster open(PostgresCluster cluster, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + RETRY.toNanos();
        while (true) {
            Optional<PostmasterFile> running = PostmasterFile.find(cluster.data());
            Optional<ProcessHandle> former = running.flatMap(PostmasterFile::process);
            boolean adopted = former.isPresent() && isOurs(cluster.data(), former.get());
            if (!adopted && former.isPresent()) {
                // The number was given to another program meanwhile; PostgreSQL would refuse to start over it.
                Files.deleteIfExists(cluster.data().resolve("postmaster.pid"));
            }
            ProcessHandle process = adopted ? former.get() : start(cluster, port);
            Optional<PostmasterFile> ready = awaitReady(cluster, process);
            if (ready.isPresent()) {
                return new Postmaster(process, cluster.data(), ready.get().port(), adopted);
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "[postgresql] it did not start; see %s: %s".formatted(cluster.log(), cluster.logTail()));
            }
            log.info("PostgreSQL did not start yet, trying again");
            Thread.sleep(PAUSE);
        }
    }

    /// Waits until it has ended or the signal is given, for at most `patience`; returns whether one of them came.
    boolean awaitEndOr(CompletableFuture<?> signal, Duration patience) throws InterruptedException {
        try {
            if (!adopted) {
                CompletableFuture.anyOf(process.onExit(), signal).get(patience.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            }
            long deadline = System.nanoTime() + patience.toNanos();
            // Nobody may reap what is not our child: then it stays in the process table, and counts as alive.
            while (isOurs(data, process)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                if (given(signal)) {
                    return true;
                }
            }
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("neither end nor signal can fail", e);
        }
    }

    private static boolean given(CompletableFuture<?> signal) throws InterruptedException, ExecutionException {
        try {
            signal.get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        }
    }

    private static ProcessHandle start(PostgresCluster cluster, int port) throws IOException {
        List<String> arguments = Stream.concat(
                        Stream.of("-D", cluster.data().toString()), cluster.settings(port).stream())
                .toList();
        return cluster.program("postgres", arguments).start().toHandle();
    }

    private static boolean isOurs(Path data, ProcessHandle process) {
        Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
        try {
            String commandLine = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            return commandLine.contains("\0-D\0" + data + "\0");
        } catch (IOException _) {
            // It has ended.
            return false;
        }
    }

    /// Returns what the postmaster says once it takes connections; empty if it ends before.
    private static Optional<PostmasterFile> awaitReady(PostgresCluster cluster, ProcessHandle process)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY.toNanos();
        while (process.isAlive()) {
            Optional<PostmasterFile> file = PostmasterFile.find(cluster.data());
            if (file.isPresent() && file.get().ready() && file.get().pid() == process.pid()) {
                return file;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("[postgresql] it is not ready after %s; see %s".formatted(READY, cluster.log()));
            }
            Thread.sleep(STEP);
        }
        return Optional.empty();
    }
}
