package dev.roundelay.server.store;

import dev.roundelay.kernel.Epoch;
import dev.roundelay.server.BuildVersion;
import dev.roundelay.server.postgres.PostgresAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A fresh, migrated database: for a test class in a static `@RegisterExtension` field, for each test in another one.
///
/// All share one PostgreSQL; a new database costs some 50 ms.
public final class TestDatabase
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, AutoCloseable {
    private final TestPostgres postgres;
    private boolean forClass;
    private @Nullable PostgresAddress address;
    private @Nullable Database database;

    private TestDatabase(TestPostgres postgres) {
        this.postgres = postgres;
    }

    /// On the PostgreSQL that comes with the product.
    public static TestDatabase bundled() {
        return new TestDatabase(TestPostgres.BUNDLED);
    }

    /// On the oldest PostgreSQL that is promised to work.
    public static TestDatabase oldest() {
        return new TestDatabase(TestPostgres.OLDEST);
    }

    /// Returns a database of its own at epoch 1, for who wants no extension; the caller closes it, the next test run
    /// drops it.
    public static Database create() {
        TestDatabase fresh = bundled().open();
        fresh.raiseEpoch();
        return fresh.database();
    }

    /// Returns where the product's PostgreSQL is unpacked, once a test has used it.
    public static Path programs() {
        return Path.of("target/test-postgres/bin-" + BuildVersion.postgres(), "bin")
                .toAbsolutePath();
    }

    /// Returns the address as `--database-url` takes it.
    public String url() {
        return address()
                .url()
                .replace(
                        "jdbc:postgresql://",
                        "postgresql://%s:%s@"
                                .formatted(address().user(), address().password()));
    }

    /// Makes the database, where no extension does it.
    public TestDatabase open() {
        address = postgres.createDatabase();
        database = Database.open(address, "test", 8);
        return this;
    }

    public Database database() {
        return Objects.requireNonNull(database);
    }

    public Jdbi jdbi() {
        return database().jdbi();
    }

    public PostgresAddress address() {
        return Objects.requireNonNull(address);
    }

    /// Returns the first column of a query.
    public <T> List<T> values(String sql, Class<T> type) {
        return jdbi().withHandle(handle -> handle.createQuery(sql).mapTo(type).list());
    }

    /// Raises the epoch, as a server does that takes over, and returns it.
    public Epoch raiseEpoch() {
        return jdbi().withHandle(handle -> new Epoch(
                handle.createQuery("update server_epoch set epoch = epoch + 1, holder = 'test' returning epoch")
                        .mapTo(Long.class)
                        .one()));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        forClass = true;
        open();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (!forClass) {
            open();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!forClass) {
            close();
        }
    }

    @Override
    public void close() {
        if (database != null) {
            database.close();
            database = null;
        }
        if (address != null) {
            postgres.dropDatabase(address);
            address = null;
        }
    }
}
