package dev.roundelay.server.store;

import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.WorkerId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Join tokens and the secrets that workers got for them. Only SHA-256 hashes of secrets are kept.
public final class JdbcWorkerTokens {
    private final Jdbi jdbi;

    public JdbcWorkerTokens(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /// A join token.
    ///
    /// @param reusable joins any number of workers until revoked
    /// @param usedAt   when a single-use token was used up
    public record Token(
            String id,
            UserId owner,
            @Nullable String name,
            boolean reusable,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant usedAt) {
        /// Returns whether it still joins workers.
        public boolean isUsable(Instant now) {
            return (expiresAt == null || now.isBefore(expiresAt)) && (reusable || usedAt == null);
        }
    }

    /// A worker that has joined with a token before.
    ///
    /// @param synced whether it has ever synced: then the reply that held its secret arrived
    public record Joined(WorkerId worker, boolean synced) {}

    /// Stores a new token.
    public void add(Token token, byte[] secretSha256) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into worker_token (id, owner_id, name, reusable, secret_sha256, created_at, expires_at)
                        values (:id, :owner, :name, :reusable, :secret, :created, :expires)
                        """)
                .bind("id", token.id())
                .bind("owner", token.owner().value())
                .bind("name", token.name())
                .bind("reusable", token.reusable())
                .bind("secret", secretSha256)
                .bind("created", token.createdAt())
                .bind("expires", token.expiresAt())
                .execute());
    }

    /// Returns the token with this secret, used up and expired ones too.
    public Optional<Token> find(byte[] secretSha256) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from worker_token where secret_sha256 = ?")
                .bind(0, secretSha256)
                .map((row, _) -> token(row))
                .findOne());
    }

    /// Returns a user's tokens, newest first.
    public List<Token> list(UserId owner) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from worker_token where owner_id = ? order by created_at desc")
                        .bind(0, owner.value())
                        .map((row, _) -> token(row))
                        .list());
    }

    /// Removes a user's token; returns whether there was one. Workers that joined with it stay.
    public boolean remove(UserId owner, String id) {
        return jdbi.withHandle(handle ->
                handle.execute("delete from worker_token where owner_id = ? and id = ?", owner.value(), id) == 1);
    }

    /// Removes tokens that joined their one worker, or expired, before a moment. Workers that joined with them stay.
    public int sweep(Instant before) {
        return jdbi.withHandle(handle -> handle.execute(
                "delete from worker_token where expires_at < ? or (not reusable and used_at < ?)", before, before));
    }

    /// Returns the facts of a worker that joins, to be committed together with it: its secret, and that the token is
    /// used.
    ///
    /// @throws IllegalStateException from the commit, if another worker used the single-use token up meanwhile
    public Participant join(Token token, WorkerId worker, byte[] secretSha256, @Nullable String joinKey, Instant now) {
        return (JdbcParticipant) handle -> {
            int used = handle.execute(
                    "update worker_token set used_at = ? where id = ? and (reusable or used_at is null)",
                    now,
                    token.id());
            if (used != 1) {
                throw new IllegalStateException("[token] it was used up meanwhile; mint another one");
            }
            handle.execute(
                    "insert into worker_secret (worker_id, secret_sha256, join_key, token_id) values (?, ?, ?, ?)",
                    worker.value(),
                    secretSha256,
                    joinKey,
                    token.id());
        };
    }

    /// Returns the worker that joined with this token and key.
    public Optional<Joined> findJoined(Token token, String joinKey) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select worker_id, synced from worker_secret where token_id = ? and join_key = ?")
                .bind(0, token.id())
                .bind(1, joinKey)
                .map((row, _) -> new Joined(new WorkerId(row.getString(1)), row.getBoolean(2)))
                .findOne());
    }

    /// Gives a worker another secret, as when the reply that held the first one was lost.
    public void renewSecret(WorkerId worker, byte[] secretSha256) {
        jdbi.useHandle(handle -> handle.execute(
                "update worker_secret set secret_sha256 = ? where worker_id = ?", secretSha256, worker.value()));
    }

    /// Returns the worker with this secret.
    public Optional<WorkerId> findWorker(byte[] secretSha256) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select worker_id from worker_secret where secret_sha256 = ?")
                        .bind(0, secretSha256)
                        .mapTo(String.class)
                        .findOne()
                        .map(WorkerId::new));
    }

    /// Remembers that a worker has its secret.
    public void markSynced(WorkerId worker) {
        jdbi.useHandle(handle -> handle.execute(
                "update worker_secret set synced = true where worker_id = ? and not synced", worker.value()));
    }

    /// Removes a worker's secret.
    public void removeSecret(WorkerId worker) {
        jdbi.useHandle(handle -> handle.execute("delete from worker_secret where worker_id = ?", worker.value()));
    }

    private static Token token(ResultSet row) throws SQLException {
        return new Token(
                row.getString("id"),
                new UserId(row.getString("owner_id")),
                row.getString("name"),
                row.getBoolean("reusable"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "expires_at"),
                instant(row, "used_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }
}
