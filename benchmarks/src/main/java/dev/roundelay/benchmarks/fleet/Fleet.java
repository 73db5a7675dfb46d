package dev.roundelay.benchmarks.fleet;

import dev.roundelay.contract.Json;
import dev.roundelay.contract.worker.JoinToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// A fleet of simulated workers as a program.
///
/// Once all have joined and synced it prints a line of JSON. After that each line of standard input is a command:
/// `begin` starts the measurement anew, `end` prints what was measured since as a line of JSON. It ends with its input.
@CommandLine.Command(name = "fleet", description = "Runs simulated workers against a server without TLS.")
public final class Fleet implements Callable<Integer> {
    private static final Duration TIMER = Duration.ofMillis(20);

    @Option(names = "--server", required = true, paramLabel = "URL")
    private URI server = URI.create("");

    @Option(names = "--token", required = true, paramLabel = "TOKEN", description = "joins any number of workers")
    private String token = "";

    @Option(names = "--workers", required = true, paramLabel = "N")
    private int workers;

    @Option(names = "--slots", defaultValue = "1", paramLabel = "N", description = "of each (default: 1)")
    private int slots;

    @Option(names = "--large", defaultValue = "0", paramLabel = "N", description = "how many have 64 GB instead of 8")
    private int large;

    @Option(names = "--model-kb", defaultValue = "100", paramLabel = "N", description = "1,000 bytes of weights each")
    private long modelKb;

    @Option(names = "--prepare-seconds", defaultValue = "0", paramLabel = "S")
    private double prepareSeconds;

    @Option(
            names = "--train-seconds",
            defaultValue = "0",
            paramLabel = "S",
            description = "half to one and a half of it")
    private double trainSeconds;

    @Option(names = "--no-models", description = "do not fetch the global model before a training")
    private boolean noModels;

    @Option(names = "--joiners", defaultValue = "32", paramLabel = "N", description = "that join at once (default: 32)")
    private int joiners;

    @Option(names = "--data-dir", paramLabel = "D", description = "of the server: its transactions are counted")
    private @Nullable Path dataDir;

    private final Measures measures = new Measures();
    private long beganNanos = System.nanoTime();
    private long transactions;

    /// What all workers have in common.
    ///
    /// @param kilobytes     of a model, each of 1,000 bytes
    /// @param preparing     how long it takes to get ready, about
    /// @param training      how long a training takes, about
    /// @param fetchesModels whether each training fetches its model; the bytes are dropped
    record Play(
            InetSocketAddress server,
            Measures measures,
            long kilobytes,
            Duration preparing,
            Duration training,
            boolean fetchesModels) {}

    /// What is printed when all have joined.
    private record Joined(int joined, double seconds, Measures.Figures figures) {}

    /// What is printed at the end of a measurement.
    ///
    /// @param transactions of the server's database; -1 if they are not counted
    private record Measured(double seconds, long transactions, Measures.Figures figures) {}

    private Fleet() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Fleet()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Play play = new Play(
                new InetSocketAddress(server.getHost(), server.getPort()),
                measures,
                modelKb,
                seconds(prepareSeconds),
                seconds(trainSeconds),
                !noModels);
        CountDownLatch known = new CountDownLatch(workers);
        Semaphore joining = new Semaphore(joiners);
        for (int i = 0; i < workers; i++) {
            long memoryMb = i < large ? 64_000 : 8_000;
            SimulatedWorker worker = new SimulatedWorker(play, "sim-%05d".formatted(i), slots, memoryMb);
            Thread.ofVirtual().name("worker-" + i).start(() -> live(worker, joining, known));
        }
        known.await();
        print(new Joined(workers, secondsSince(beganNanos), measures.figures()));
        Thread.ofVirtual().name("timer").start(this::watchTimer);
        obey();
        return 0;
    }

    private void live(SimulatedWorker worker, Semaphore joining, CountDownLatch known) {
        try {
            joining.acquire();
            try {
                worker.join(JoinToken.parse(token).map(JoinToken::secret).orElse(token));
            } finally {
                joining.release();
            }
            worker.run(known::countDown);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RefusedException | IOException e) {
            System.err.println("[fleet] a worker could not join: " + e.getMessage());
            System.exit(1);
        }
    }

    private void watchTimer() {
        try {
            while (true) {
                long before = System.nanoTime();
                Thread.sleep(TIMER);
                measures.late(System.nanoTime() - before - TIMER.toNanos());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void obey() throws IOException, SQLException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            switch (line) {
                case "begin" -> begin();
                case "end" -> end();
                default -> System.err.println("[fleet] \"" + line + "\" is no command; send begin or end");
            }
        }
    }

    private void begin() throws IOException, SQLException {
        transactions = committed();
        measures.clear();
        beganNanos = System.nanoTime();
    }

    private void end() throws IOException, SQLException {
        double seconds = secondsSince(beganNanos);
        Measures.Figures figures = measures.figures();
        print(new Measured(seconds, dataDir == null ? -1 : committed() - transactions, figures));
    }

    private long committed() throws IOException, SQLException {
        return dataDir == null ? 0 : Transactions.committed(dataDir);
    }

    private static Duration seconds(double value) {
        return Duration.ofMillis((long) (1_000 * value));
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private static void print(Object line) throws IOException {
        System.out.println(Json.lenient().writeValueAsString(line));
        System.out.flush();
    }
}
