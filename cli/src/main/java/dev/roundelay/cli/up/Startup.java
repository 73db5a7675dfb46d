package dev.roundelay.cli.up;

import dev.roundelay.cli.ExitCodes;
import dev.roundelay.contract.worker.WorkerView;
import dev.roundelay.sdk.Authority;
import dev.roundelay.sdk.Roundelay;
import dev.roundelay.sdk.RoundelayException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Brings everything up in order: server, then workers, until all are online.
final class Startup {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final int SERVER_STARTS = 3;
    private static final int LOG_LINES = 15;

    private final UpOptions options;
    private final Path data;
    private final Programs programs;
    private final Map<String, String> environment;
    private final Supervisor supervisor;

    Startup(UpOptions options, Path data, Programs programs, Map<String, String> environment, Supervisor supervisor) {
        this.options = options;
        this.data = data;
        this.programs = programs;
        this.environment = environment;
        this.supervisor = supervisor;
    }

    /// Starts all and returns the ready line.
    String run() throws IOException, InterruptedException, StartupException {
        if (options.workers < 0 || options.workers > 1_000) {
            throw new StartupException(ExitCodes.USAGE, "[--workers] must be a whole number from 0 to 1000");
        }
        Files.createDirectories(data.resolve("logs"));
        Files.createDirectories(data.resolve("handover"));
        Child server = supervisor.keep(new ChildSpec(
                "server",
                programs.server(options.serverArguments(data)),
                CleanEnvironment.ofServer(environment),
                data.resolve("logs/server.log")));
        Credentials credentials = awaitServer(server);
        String url = options.localUrl(credentials.get("RESON_BASE_URL"));
        List<Child> workers = startWorkers(url, credentials.get("ROUNDELAY_WORKER_TOKEN"));
        awaitWorkers(url, credentials.get("RESON_API_KEY"), workers);
        return "Roundelay is ready: " + dashboard(credentials) + " with " + count(options.workers)
                + "; sign in with the e-mail and password in " + data.resolve("credentials.env");
    }

    private Credentials awaitServer(Child server) throws InterruptedException, StartupException {
        while (true) {
            requireRunning(server);
            // There from the first start on, before the server listens.
            Path authority = options.authority(data);
            if (authority == null || Files.exists(authority)) {
                return awaitAnswer(server, authority);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private Credentials awaitAnswer(Child server, @Nullable Path authority)
            throws InterruptedException, StartupException {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2));
        if (authority != null) {
            builder.sslContext(Authority.trusting(authority));
        }
        try (HttpClient http = builder.build()) {
            while (true) {
                requireRunning(server);
                Process process = server.process();
                Optional<Credentials> credentials =
                        Credentials.read(data.resolve("credentials.env")).filter(Credentials::isComplete);
                // The file may be of an earlier start with other ports, so only an answer counts, and only while our
                // server lives: another program may have taken its old port.
                if (credentials.isPresent()
                        && answers(http, options.localUrl(credentials.get().get("RESON_BASE_URL")))
                        && process != null
                        && process.isAlive()) {
                    return credentials.get();
                }
                Thread.sleep(LOOK_AGAIN);
            }
        }
    }

    private static boolean answers(HttpClient http, String url) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/readyz"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException | IllegalArgumentException _) {
            return false;
        }
    }

    private List<Child> startWorkers(String url, String token) throws IOException {
        Path folder = data.resolve("workers");
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Path tokenFile = folder.resolve("join-token");
        Files.writeString(tokenFile, token + "\n");
        Files.setPosixFilePermissions(tokenFile, PosixFilePermissions.fromString("rw-------"));
        List<Child> workers = new ArrayList<>();
        for (int number = 1; number <= options.workers; number++) {
            String name = "local-" + number;
            workers.add(supervisor.keep(new ChildSpec(
                    name,
                    programs.worker(options.workerArguments(name, url, data, tokenFile)),
                    CleanEnvironment.ofWorker(environment),
                    data.resolve("logs/" + name + ".log"))));
        }
        return workers;
    }

    private void awaitWorkers(String url, String apiKey, List<Child> workers)
            throws InterruptedException, StartupException {
        Set<String> missing = new HashSet<>();
        workers.forEach(worker -> missing.add(worker.spec().name()));
        try (Roundelay roundelay = Roundelay.builder()
                .url(url)
                .apiKey(apiKey)
                .allowHttp(true)
                .cacert(options.authority(data))
                .build()) {
            while (!missing.isEmpty()) {
                for (Child worker : workers) {
                    requireRunning(worker);
                }
                try {
                    for (WorkerView worker : roundelay.workers().list()) {
                        if (worker.state().equals("online")) {
                            missing.remove(worker.name());
                        }
                    }
                } catch (RoundelayException _) {
                    // The server may have died right now; it is being started again.
                    Thread.sleep(LOOK_AGAIN);
                }
                Thread.sleep(LOOK_AGAIN);
            }
        }
    }

    // Options that are refused, or a port that is taken, do not get better by waiting for ever.
    private void requireRunning(Child child) throws StartupException, InterruptedException {
        if (supervisor.isStopping()) {
            throw new InterruptedException("asked to stop");
        }
        Process process = child.process();
        if (child.starts() >= SERVER_STARTS && process != null && !process.isAlive()) {
            int exit = process.exitValue() == ExitCodes.USAGE ? ExitCodes.USAGE : ExitCodes.FAILED;
            throw new StartupException(
                    exit,
                    "[" + child.spec().name() + "] does not start; the end of "
                            + child.spec().log() + ":\n" + tail(child.spec().log()));
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(cannot be read: " + e.getMessage() + ")";
        }
    }

    private static String dashboard(Credentials credentials) {
        String url = credentials.get("RESON_DASHBOARD_URL");
        return url.isEmpty() ? credentials.get("RESON_BASE_URL") : url;
    }

    private static String count(int workers) {
        return workers == 1 ? "1 worker" : workers + " workers";
    }
}
