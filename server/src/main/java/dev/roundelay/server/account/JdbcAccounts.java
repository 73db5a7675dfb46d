package dev.roundelay.server.account;

import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Identities;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Users, API keys, sessions and bucket keys in PostgreSQL. Thread-safe.
public final class JdbcAccounts implements Identities {
    private static final Duration SESSION_LIFE = Duration.ofHours(12);
    /// More than anybody has browsers; a program that signs in again and again fills no table.
    private static final int MOST_SESSIONS = 100;
    private static final Duration USE_RESOLUTION = Duration.ofMinutes(1);

    private final Jdbi jdbi;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Instant> lastUses = new ConcurrentHashMap<>();

    public JdbcAccounts(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /// A user as stored.
    public record Account(
            UserId id, String email, boolean admin, boolean disabled, String passwordHash, Instant createdAt) {
        Identity identity() {
            return new Identity(id, email, admin);
        }
    }

    /// An API key as stored.
    public record ApiKey(
            String id,
            String name,
            String prefix,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    // ---- users

    /// Stores a new user.
    ///
    /// @return false if the address is taken
    public boolean add(Account account) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                insert into app_user (id, email, role, disabled, password_hash, created_at)
                                values (:id, :email, :role, false, :hash, :created) on conflict do nothing
                                """)
                        .bind("id", account.id().value())
                        .bind("email", account.email())
                        .bind("role", account.admin() ? "admin" : "user")
                        .bind("hash", account.passwordHash())
                        .bind("created", account.createdAt())
                        .execute()
                == 1);
    }

    /// Returns whether there is any user: if not, this is the first start.
    public boolean isEmpty() {
        return jdbi.withHandle(handle -> handle.createQuery("select not exists (select 1 from app_user)")
                .mapTo(Boolean.class)
                .one());
    }

    public Optional<Account> find(UserId id) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from app_user where id = ?")
                .bind(0, id.value())
                .map((row, _) -> account(row))
                .findOne());
    }

    public Optional<Account> findByEmail(String email) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from app_user where lower(email) = lower(?)")
                .bind(0, email)
                .map((row, _) -> account(row))
                .findOne());
    }

    /// Returns all users by address.
    public List<Account> list() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from app_user order by lower(email)")
                .map((row, _) -> account(row))
                .list());
    }

    /// Replaces role, disabling and password of a user. Disabling ends the sessions.
    public void update(Account account) {
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "update app_user set role = ?, disabled = ?, password_hash = ? where id = ?",
                    account.admin() ? "admin" : "user",
                    account.disabled(),
                    account.passwordHash(),
                    account.id().value());
            if (account.disabled()) {
                endSessions(handle, account.id());
            }
        });
    }

    /// Sets a password and ends the user's sessions but one.
    public void changePassword(UserId id, String passwordHash, @Nullable String keptCookie) {
        jdbi.useTransaction(handle -> {
            handle.execute("update app_user set password_hash = ? where id = ?", passwordHash, id.value());
            handle.createUpdate("delete from user_session where user_id = :user and id_sha256 <> :kept")
                    .bind("user", id.value())
                    .bind("kept", Secrets.sha256(keptCookie == null ? "" : keptCookie))
                    .execute();
        });
    }

    /// Removes a user with keys and sessions; their bucket is the caller's business.
    public boolean remove(UserId id) {
        return jdbi.withHandle(handle -> handle.execute("delete from app_user where id = ?", id.value()) == 1);
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                new UserId(row.getString("id")),
                row.getString("email"),
                row.getString("role").equals("admin"),
                row.getBoolean("disabled"),
                row.getString("password_hash"),
                instant(row, "created_at"));
    }

    // ---- API keys

    /// Stores a new key of a user.
    public void addKey(UserId owner, ApiKey key, String secret) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into api_key (id, user_id, name, prefix, secret_sha256, created_at) values (?, ?, ?, ?, ?, ?)",
                key.id(),
                owner.value(),
                key.name(),
                key.prefix(),
                Secrets.sha256(secret),
                key.createdAt()));
    }

    /// Returns a user's keys, newest first.
    public List<ApiKey> keys(UserId owner) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from api_key where user_id = ? order by created_at desc, id desc")
                .bind(0, owner.value())
                .map((row, _) -> new ApiKey(
                        row.getString("id"),
                        row.getString("name"),
                        row.getString("prefix"),
                        instant(row, "created_at"),
                        row.getObject("last_used_at") == null ? null : instant(row, "last_used_at")))
                .list());
    }

    /// Removes a user's key; returns whether there was one.
    public boolean removeKey(UserId owner, String id) {
        return jdbi.withHandle(
                handle -> handle.execute("delete from api_key where user_id = ? and id = ?", owner.value(), id) == 1);
    }

    @Override
    public Optional<Identity> byApiKey(String secret) {
        return jdbi.withHandle(handle -> {
            Optional<Account> owner = handle.createQuery("""
                            select app_user.* from api_key join app_user on app_user.id = api_key.user_id
                            where secret_sha256 = ? and not disabled
                            """)
                    .bind(0, Secrets.sha256(secret))
                    .map((row, _) -> account(row))
                    .findOne();
            owner.ifPresent(_ -> noteUse(handle, secret));
            return owner.map(Account::identity);
        });
    }

    /// Writes the last use of a key at most once a minute: a read must not cost a commit.
    private void noteUse(Handle handle, String secret) {
        Instant now = clock.instant();
        String key = secret.substring(0, Math.min(16, secret.length()));
        Instant last = lastUses.get(key);
        if (last == null || last.plus(USE_RESOLUTION).isBefore(now)) {
            lastUses.put(key, now);
            handle.execute("update api_key set last_used_at = ? where secret_sha256 = ?", now, Secrets.sha256(secret));
        }
    }

    // ---- sessions

    /// Stores a new session; the oldest of a user who has very many end.
    public void addSession(UserId user, String cookie, String csrfToken) {
        Instant now = clock.instant();
        jdbi.useTransaction(handle -> {
            handle.execute("delete from user_session where expires_at < ?", now);
            handle.execute(
                    "insert into user_session (id_sha256, user_id, csrf_token, created_at, expires_at) values (?, ?, ?, ?, ?)",
                    Secrets.sha256(cookie),
                    user.value(),
                    csrfToken,
                    now,
                    now.plus(SESSION_LIFE));
            handle.createUpdate("""
                            delete from user_session where id_sha256 in (
                                select id_sha256 from user_session where user_id = :user
                                order by created_at desc, id_sha256 offset :most)
                            """)
                    .bind("user", user.value())
                    .bind("most", MOST_SESSIONS)
                    .execute();
        });
    }

    /// Ends a session.
    public void removeSession(String cookie) {
        jdbi.useHandle(
                handle -> handle.execute("delete from user_session where id_sha256 = ?", Secrets.sha256(cookie)));
    }

    private static void endSessions(Handle handle, UserId user) {
        handle.execute("delete from user_session where user_id = ?", user.value());
    }

    @Override
    public Optional<Session> bySession(String cookie) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select app_user.*, csrf_token from user_session join app_user on app_user.id = user_session.user_id
                        where id_sha256 = ? and expires_at > ? and not disabled
                        """)
                .bind(0, Secrets.sha256(cookie))
                .bind(1, clock.instant())
                .map((row, _) -> new Session(account(row).identity(), row.getString("csrf_token")))
                .findOne());
    }

    // ---- bucket keys

    /// Gives a user's bucket this access key instead of the one before.
    public void setBucketKey(UserId user, String accessKeyId) {
        jdbi.useHandle(handle -> handle.execute("""
                insert into bucket_key (user_id, access_key_id, created_at) values (?, ?, ?)
                on conflict (user_id) do update set access_key_id = excluded.access_key_id, created_at = excluded.created_at
                """, user.value(), accessKeyId, clock.instant()));
    }

    public Optional<String> findBucketKey(UserId user) {
        return jdbi.withHandle(handle -> handle.createQuery("select access_key_id from bucket_key where user_id = ?")
                .bind(0, user.value())
                .mapTo(String.class)
                .findOne());
    }

    /// Returns the user of an access key; a disabled one is not found.
    public Optional<UserId> findByBucketKey(String accessKeyId) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select user_id from bucket_key join app_user on app_user.id = user_id
                        where access_key_id = ? and not disabled
                        """)
                .bind(0, accessKeyId)
                .mapTo(String.class)
                .findOne()
                .map(UserId::new));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /// Returns the shown beginning of a key.
    public static String shownPrefix(String secret) {
        String prefix = Authenticator.KEY_PREFIXES.stream()
                .filter(secret::startsWith)
                .findFirst()
                .orElse("");
        return secret.substring(0, Math.min(secret.length(), prefix.length() + 6));
    }
}
