package dev.roundelay.e2e.chaos;

import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Bucket;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.ExternalDatabase;
import dev.roundelay.e2e.product.Ports;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Program;
import dev.roundelay.e2e.product.Setup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A product with one server, or with two on one database, whose active one can be told to end at a point.
final class Servers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final @Nullable ExternalDatabase database;
    private final Product product;
    private final List<Seat> seats = new ArrayList<>();
    private int active;

    /// One server's place: its name and addresses stay, whatever becomes of its process.
    private static final class Seat {
        private final String program;
        private final int port;
        private final int s3Port;
        private final Map<String, String> credentials;
        private final Api api;
        private final Bucket bucket;
        private Program process;

        Seat(String program, int port, int s3Port, Map<String, String> credentials, Program process) {
            this.program = program;
            this.port = port;
            this.s3Port = s3Port;
            this.credentials = new LinkedHashMap<>(credentials);
            this.credentials.put("RESON_BASE_URL", "http://127.0.0.1:" + port);
            this.credentials.put("RESON_S3_ENDPOINT", "http://127.0.0.1:" + s3Port);
            this.api = new Api(this.credentials);
            this.bucket = new Bucket(this.credentials);
            this.process = process;
        }
    }

    private Servers(String name, boolean isPair) {
        database = isPair ? ExternalDatabase.start(name) : null;
        int port = Ports.free();
        int s3Port = Ports.free();
        Setup setup = Setup.of(name).endingAtPoints().at(port, s3Port);
        product = Product.start(database == null ? setup : setup.withOptions(database.options()));
        seats.add(new Seat("server", port, s3Port, product.credentials(), product.server()));
        if (isPair) {
            int second = Ports.free();
            int secondS3 = Ports.free();
            Program standby = product.startStandby(second, secondS3);
            seats.add(new Seat("standby", second, secondS3, product.credentials(), standby));
        }
        List<String> addresses = seats.stream()
                .map(seat -> Objects.requireNonNull(seat.credentials.get("RESON_BASE_URL")))
                .toList();
        product.through(String.join(",", addresses));
    }

    static Servers one(String name) {
        return new Servers(name, false);
    }

    static Servers two(String name) {
        return new Servers(name, true);
    }

    Product product() {
        return product;
    }

    Api api() {
        return seats.get(active).api;
    }

    Bucket bucket() {
        return seats.get(active).bucket;
    }

    void arm(Phase phase) {
        product.traps().arm(seats.get(active).program, phase.point(), phase.times());
    }

    /// Returns the points to which the active server has come.
    Set<String> passed() {
        return Set.copyOf(product.traps().points(seats.get(active).program));
    }

    /// Waits until the active one has ended where it was told to. Then it is started again: as what it was, or as the
    /// standby of the other one.
    ///
    /// @return when the job could go on, by [System#nanoTime]
    long awaitDeath(Phase phase) {
        Seat dead = seats.get(active);
        Eventually.await(
                "the server comes to " + phase.point() + ", having passed "
                        + product.traps().points(dead.program),
                PATIENCE,
                () -> !dead.process.isAlive());
        long died = System.nanoTime();
        dead.process.close();
        dead.process = product.startServer(dead.program, dead.port, dead.s3Port);
        if (seats.size() == 1) {
            return died;
        }
        active = 1 - active;
        return died;
    }

    /// Waits until all servers stand by that do not serve.
    void settle() {
        for (Seat seat : seats) {
            if (seat != seats.get(active)) {
                seat.process.awaitLine("server standby");
            }
        }
    }

    @Override
    public void close() {
        seats.forEach(seat -> {
            seat.api.close();
            seat.bucket.close();
            seat.process.close();
        });
        product.close();
        if (database != null) {
            database.close();
        }
    }
}
