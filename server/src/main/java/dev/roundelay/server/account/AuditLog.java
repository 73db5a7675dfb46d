package dev.roundelay.server.account;

import dev.roundelay.contract.account.Accounts;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Who did what that matters for security, and from where. Thread-safe.
public final class AuditLog {
    // Blanks stand between the columns, so that no hit reaches over two of them unless it was asked for with one.
    private static final String MATCHES =
            "(:part = '' or position(:part in lower(concat_ws(' ', actor, action, target, address))) > 0)";

    private final Jdbi jdbi;
    private final InstantSource clock;
    private final ClientAddress address;

    public AuditLog(Jdbi jdbi, InstantSource clock, ClientAddress address) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.address = address;
    }

    /// Records what a caller did.
    ///
    /// @param action such as `user_created`
    /// @param target what was acted on: an id, an address
    public void record(Context ctx, Caller caller, String action, String target) {
        record(ctx, caller.user().value(), caller.email(), action, target);
    }

    /// Records what somebody did who is not signed in.
    ///
    /// @param actor by the caller's own account
    public void recordUnknown(Context ctx, String actor, String action, String target) {
        record(ctx, null, actor, action, target);
    }

    private void record(Context ctx, @Nullable String user, String actor, String action, String target) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into audit_entry (time, user_id, actor, action, target, address) values (?, ?, ?, ?, ?, ?)",
                clock.instant(),
                user,
                actor,
                action,
                target,
                address.of(ctx)));
    }

    /// Returns a page of entries, newest first.
    ///
    /// @param part what actor, action, target or address contain; empty for all entries
    public List<Accounts.AuditEntry> list(Requests.Slice slice, String part) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from audit_entry where " + MATCHES + " order by id desc limit :limit offset :offset")
                .bind("part", part.toLowerCase(Locale.ROOT))
                .bind("limit", slice.limit())
                .bind("offset", slice.offset())
                .map((row, _) -> new Accounts.AuditEntry(
                        row.getObject("time", OffsetDateTime.class).toInstant(),
                        row.getString("user_id"),
                        row.getString("actor"),
                        row.getString("action"),
                        row.getString("target"),
                        row.getString("address")))
                .list());
    }

    /// Returns how many entries contain it.
    public long count(String part) {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from audit_entry where " + MATCHES)
                .bind("part", part.toLowerCase(Locale.ROOT))
                .mapTo(Long.class)
                .one());
    }
}
