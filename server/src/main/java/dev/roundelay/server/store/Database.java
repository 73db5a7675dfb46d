package dev.roundelay.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.roundelay.server.postgres.PostgresAddress;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;

/// The connections to PostgreSQL: a pool for the stores, and single ones for who must keep one.
///
/// Opening connects to nothing; the pool fills as it is used, so a server can start before its database answers.
public final class Database implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration SOCKET = Duration.ofSeconds(60);

    private final PostgresAddress address;
    private final String applicationName;
    private final HikariDataSource pool;
    private final Jdbi jdbi;

    private Database(PostgresAddress address, String applicationName, int connections) {
        this.address = address;
        this.applicationName = applicationName;
        HikariConfig config = new HikariConfig();
        config.setPoolName("database");
        config.setJdbcUrl(address.url());
        config.setDataSourceProperties(properties(SOCKET));
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(2);
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setInitializationFailTimeout(-1);
        config.setConnectionInitSql("set idle_in_transaction_session_timeout = '60s'; set lock_timeout = '30s'");
        this.pool = new HikariDataSource(config);
        this.jdbi = Jdbi.create(pool)
                .registerArrayType(String.class, "text")
                .registerArrayType(Long.class, "bigint")
                .registerArrayType(Integer.class, "integer");
    }

    /// Opens the pool.
    ///
    /// @param applicationName marks each of its sessions, so that they can be ended; unique to this process
    /// @param connections     size of the pool
    public static Database open(PostgresAddress address, String applicationName, int connections) {
        return new Database(address, applicationName, connections);
    }

    /// Returns the access of the stores; each use takes a connection from the pool.
    public Jdbi jdbi() {
        return jdbi;
    }

    public String applicationName() {
        return applicationName;
    }

    /// Brings the schema up to this build's; several servers may do so at once.
    public void migrate() {
        flyway().migrate();
    }

    /// Returns who knows the versions of the schema.
    Flyway flyway() {
        return migrations().load();
    }

    /// Returns who brings an empty database up to a version, and no further.
    Flyway flywayTo(String version) {
        return migrations().target(version).load();
    }

    private FluentConfiguration migrations() {
        return Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/migration")
                .loggers("slf4j");
    }

    /// Opens a connection outside the pool. The caller closes it.
    ///
    /// @param timeout how long connecting and each answer may take
    public Connection connect(Duration timeout) throws SQLException {
        Properties properties = properties(timeout);
        properties.setProperty("connectTimeout", Long.toString(Math.max(1, timeout.toSeconds())));
        return DriverManager.getConnection(address.url(), properties);
    }

    private Properties properties(Duration socketTimeout) {
        Properties properties = new Properties();
        if (!address.user().isEmpty()) {
            properties.setProperty("user", address.user());
            properties.setProperty("password", address.password());
        }
        properties.setProperty("ApplicationName", applicationName);
        properties.setProperty("socketTimeout", Long.toString(Math.max(1, socketTimeout.toSeconds())));
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("reWriteBatchedInserts", "true");
        return properties;
    }

    @Override
    public void close() {
        pool.close();
    }
}
