package dev.roundelay.server.active;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.EpochGuard;
import dev.roundelay.server.store.Schema;
import dev.roundelay.server.store.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ActiveServerIT {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final ActiveServerConfig QUICK = new ActiveServerConfig(
            Duration.ofMillis(50), Duration.ofMillis(500), Duration.ofMillis(20), Duration.ofSeconds(5));
    private static final ActiveServerConfig NEVER_RENEWS = new ActiveServerConfig(
            Duration.ofHours(1), Duration.ofMillis(500), Duration.ofMillis(20), Duration.ofSeconds(5));

    @RegisterExtension
    final TestDatabase postgres = TestDatabase.bundled();

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Test
    void one_of_two_servers_is_active_and_the_other_follows_when_it_closes() throws InterruptedException {
        try (Database firstDatabase = open("first");
                Database secondDatabase = open("second");
                ActiveServer second = server(secondDatabase, QUICK, "second")) {
            Epoch former;
            try (ActiveServer first = server(firstDatabase, QUICK, "first")) {
                first.start();
                assertThat(first.awaitActive(SOON)).isTrue();
                former = first.epoch().orElseThrow();
                second.start();
                assertThat(second.awaitActive(Duration.ofMillis(800))).isFalse();
                assertThat(first.standing()).isEqualTo(Standing.SERVES);
                assertThat(second.standing()).isEqualTo(Standing.STANDS_BY);
                first.close();
                assertThat(first.standing()).isEqualTo(Standing.STOPS);
            }
            assertThat(second.awaitActive(SOON)).isTrue();
            assertThat(second.epoch().orElseThrow()).isGreaterThan(former);
        }
        assertThat(told)
                .containsExactly(
                        "first one starts",
                        "first two starts",
                        "first two stops",
                        "first one stops",
                        "second one starts",
                        "second two starts",
                        "second two stops",
                        "second one stops");
    }

    @Test
    void a_server_that_stopped_renewing_is_taken_over_and_commits_nothing_more() throws InterruptedException {
        try (Database firstDatabase = open("first");
                Database secondDatabase = open("second");
                ActiveServer first = server(firstDatabase, NEVER_RENEWS, "first");
                ActiveServer second = server(secondDatabase, QUICK, "second")) {
            first.start();
            assertThat(first.awaitActive(SOON)).isTrue();
            Epoch former = first.epoch().orElseThrow();
            second.start();
            await("second two starts");

            assertThat(first.isActive()).isFalse();
            assertThat(first.standing()).isEqualTo(Standing.CUT_OFF);
            assertThatThrownBy(() -> firstDatabase.jdbi().useTransaction(handle -> {
                        EpochGuard.require(handle, former);
                        handle.execute("insert into server_setting (name, value) values ('late', '')");
                    }))
                    .isInstanceOf(StaleEpochException.class);
            assertThat(postgres.values("select name from server_setting", String.class))
                    .isEmpty();
        }
    }

    @Test
    void a_take_over_ends_a_write_that_is_under_way() throws InterruptedException {
        try (Database firstDatabase = open("first");
                Database secondDatabase = open("second");
                ActiveServer first = server(firstDatabase, NEVER_RENEWS, "first");
                ActiveServer second = server(secondDatabase, QUICK, "second")) {
            first.start();
            assertThat(first.awaitActive(SOON)).isTrue();
            Epoch former = first.epoch().orElseThrow();

            assertThatThrownBy(() -> firstDatabase.jdbi().useTransaction(handle -> {
                        EpochGuard.require(handle, former);
                        handle.execute("insert into server_setting (name, value) values ('late', '')");
                        second.start();
                        await("second two starts");
                    }))
                    .isInstanceOf(RuntimeException.class);

            assertThat(postgres.values("select name from server_setting", String.class))
                    .isEmpty();
        }
    }

    @Test
    void an_active_server_whose_sessions_are_ended_becomes_active_again() throws InterruptedException {
        try (Database database = open("first");
                ActiveServer server = server(database, QUICK, "first")) {
            server.start();
            assertThat(server.awaitActive(SOON)).isTrue();
            Epoch former = server.epoch().orElseThrow();

            postgres.values(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'first'",
                    Boolean.class);

            await("first one stops");
            assertThat(server.awaitActive(SOON)).isTrue();
            assertThat(server.epoch().orElseThrow()).isGreaterThan(former);
        }
    }

    @Test
    void a_start_that_fails_is_undone_and_tried_again() throws InterruptedException {
        AtomicInteger starts = new AtomicInteger();
        ActivationListener failing = new ActivationListener() {
            @Override
            public void activated(Epoch epoch) {
                if (starts.incrementAndGet() == 1) {
                    throw new IllegalStateException("the first start fails, as this test wants");
                }
            }

            @Override
            public void deactivated() {
                told.add("stopped");
            }
        };
        try (Database database = open("first");
                ActiveServer server =
                        new ActiveServer(database, schema(database), QUICK, System::nanoTime, List.of(failing))) {
            server.start();
            assertThat(server.awaitActive(SOON)).isTrue();
            assertThat(starts).hasValue(2);
            assertThat(told).containsExactly("stopped");
        }
    }

    private Database open(String name) {
        return Database.open(postgres.address(), name, 3);
    }

    private ActiveServer server(Database database, ActiveServerConfig config, String name) {
        return new ActiveServer(
                database,
                schema(database),
                config,
                System::nanoTime,
                List.of(listener(name + " one"), listener(name + " two")));
    }

    private static Schema schema(Database database) {
        return new Schema(database, Path.of("target/test-backups"), InstantSource.system());
    }

    private ActivationListener listener(String name) {
        return new ActivationListener() {
            @Override
            public void activated(Epoch epoch) {
                told.add(name + " starts");
            }

            @Override
            public void deactivated() {
                told.add(name + " stops");
            }
        };
    }

    private void await(String event) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        String seen = "";
        while (!event.equals(seen)) {
            seen = told.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertThat(seen).as("waiting for: %s", event).isNotNull();
        }
    }
}
