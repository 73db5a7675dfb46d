package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.kernel.Ids;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.bucket.Buckets;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/api/v1/users` and `/api/v1/audit`: for administrators, in a session.
public final class UsersResource implements Routes {
    private static final String PATH = "/api/v1/users";
    private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]{1,64}@[^\\s@\\p{Cntrl}]{1,190}");

    private final Authenticator authenticator;
    private final JdbcAccounts accounts;
    private final AccountViews views;
    private final Buckets buckets;
    private final LiveJobs liveJobs;
    private final Machines machines;
    private final Passwords passwords;
    private final Secrets secrets;
    private final AuditLog audit;
    private final InstantSource clock;
    private final RandomGenerator random;

    /// Whether a user has jobs that are not at their end.
    @FunctionalInterface
    public interface LiveJobs {
        boolean has(UserId user);
    }

    /// What lets machines join for a user, and what has joined.
    @FunctionalInterface
    public interface Machines {
        /// Removes all of a user; none is no error.
        ///
        /// @param actor who does it
        void removeAll(UserId owner, UserId actor);
    }

    /// What this resource is made of.
    public record Parts(
            Authenticator authenticator,
            JdbcAccounts accounts,
            AccountViews views,
            Buckets buckets,
            LiveJobs liveJobs,
            Machines machines,
            Passwords passwords,
            Secrets secrets,
            AuditLog audit,
            InstantSource clock,
            RandomGenerator random) {}

    public UsersResource(Parts parts) {
        this.authenticator = parts.authenticator();
        this.accounts = parts.accounts();
        this.views = parts.views();
        this.buckets = parts.buckets();
        this.liveJobs = parts.liveJobs();
        this.machines = parts.machines();
        this.passwords = parts.passwords();
        this.secrets = parts.secrets();
        this.audit = parts.audit();
        this.clock = parts.clock();
        this.random = parts.random();
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::create);
        routes.patch(PATH + "/{id}", this::change);
        routes.delete(PATH + "/{id}", this::remove);
        routes.get("/api/v1/audit", this::auditTrail);
    }

    private void list(Context ctx) {
        admin(ctx);
        Requests.Slice slice = Requests.slice(ctx);
        Requests.json(
                ctx,
                slice.of(accounts.list().stream()
                        .map(account -> views.user(account, null))
                        .toList()));
    }

    private void create(Context ctx) {
        Caller caller = admin(ctx);
        Accounts.NewUser wish = Requests.body(ctx, Accounts.NewUser.class);
        String email = Requests.field(wish.email(), "email").strip();
        if (!EMAIL.matcher(email).matches()) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[email] \"%s\" is no address; write name@host".formatted(email));
        }
        boolean admin = isAdmin(Objects.requireNonNullElse(wish.role(), "user"));
        long quota = quota(Objects.requireNonNullElse(wish.quotaBytes(), Buckets.DEFAULT_QUOTA_BYTES));
        String generated = wish.password() == null ? secrets.password() : null;
        String password = generated == null ? PasswordRules.require(wish.password()) : generated;
        UserId id = new UserId(Ids.create("usr_", clock.instant(), random));
        JdbcAccounts.Account account =
                new JdbcAccounts.Account(id, email, admin, false, passwords.hash(password), clock.instant());
        if (!accounts.add(account)) {
            throw new ApiException(
                    ErrorCode.USER_EXISTS, "[email] there is a user %s already; change that one".formatted(email));
        }
        buckets.setQuota(id, quota);
        audit.record(ctx, caller, "user_created", email);
        Requests.json(ctx, 201, views.user(account, generated));
    }

    private void change(Context ctx) {
        Caller caller = admin(ctx);
        JdbcAccounts.Account before = account(ctx);
        Accounts.UserPatch wish = Requests.body(ctx, Accounts.UserPatch.class);
        boolean admin = wish.role() == null ? before.admin() : isAdmin(wish.role());
        boolean disabled = wish.disabled() == null ? before.disabled() : wish.disabled();
        if (!admin || disabled) {
            requireAnotherAdmin(before);
        }
        String hash = wish.password() == null
                ? before.passwordHash()
                : passwords.hash(PasswordRules.require(wish.password()));
        Long quota = wish.quotaBytes();
        if (quota != null) {
            buckets.setQuota(before.id(), quota(quota));
        }
        JdbcAccounts.Account after =
                new JdbcAccounts.Account(before.id(), before.email(), admin, disabled, hash, before.createdAt());
        accounts.update(after);
        if (wish.password() != null) {
            // Whoever knew the old password must not stay signed in.
            accounts.changePassword(before.id(), hash, null);
        }
        audit.record(ctx, caller, "user_changed", "%s: %s".formatted(before.email(), changes(wish)));
        Requests.json(ctx, views.user(after, null));
    }

    private static String changes(Accounts.UserPatch wish) {
        StringBuilder text = new StringBuilder();
        append(text, "role", wish.role());
        append(text, "disabled", wish.disabled());
        append(text, "quotaBytes", wish.quotaBytes());
        append(text, "password", wish.password() == null ? null : "set");
        return text.isEmpty() ? "nothing" : text.toString();
    }

    private static void append(StringBuilder text, String name, @Nullable Object value) {
        if (value != null) {
            text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(value);
        }
    }

    private void remove(Context ctx) {
        Caller caller = admin(ctx);
        JdbcAccounts.Account account = account(ctx);
        requireAnotherAdmin(account);
        if (liveJobs.has(account.id())) {
            throw new ApiException(
                    ErrorCode.JOB_LIVE, "[%s] has live jobs; cancel them first".formatted(account.email()));
        }
        accounts.remove(account.id());
        // After the account: a machine that joins meanwhile finds no owner.
        machines.removeAll(account.id(), caller.user());
        buckets.clear(account.id());
        audit.record(ctx, caller, "user_removed", account.email());
        ctx.status(204);
    }

    private void auditTrail(Context ctx) {
        admin(ctx);
        Requests.Slice slice = Requests.slice(ctx);
        String part = Objects.requireNonNullElse(ctx.queryParam("q"), "");
        Requests.json(ctx, slice.page(audit.list(slice, part), audit.count(part)));
    }

    private Caller admin(Context ctx) {
        return authenticator.require(ctx).requireSession().requireAdmin();
    }

    private JdbcAccounts.Account account(Context ctx) {
        String id = ctx.pathParam("id");
        return accounts.find(new UserId(id)).orElseThrow(() -> ApiException.notFound("user", id));
    }

    private void requireAnotherAdmin(JdbcAccounts.Account account) {
        boolean another = accounts.list().stream()
                .anyMatch(other ->
                        other.admin() && !other.disabled() && !other.id().equals(account.id()));
        if (account.admin() && !another) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "[%s] is the last administrator; make somebody else one first".formatted(account.email()));
        }
    }

    private static boolean isAdmin(String role) {
        return switch (role) {
            case "admin" -> true;
            case "user" -> false;
            default ->
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST, "[role] \"%s\" is not known; use admin or user".formatted(role));
        };
    }

    private static long quota(long bytes) {
        if (bytes < 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[quotaBytes] is %d; use 0 or more".formatted(bytes));
        }
        return bytes;
    }
}
