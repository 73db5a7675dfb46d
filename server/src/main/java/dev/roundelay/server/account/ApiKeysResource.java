package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.account.Accounts;
import dev.roundelay.kernel.Ids;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// `/api/v1/api-keys`: in a session only, so that a stolen key cannot make itself another one.
public final class ApiKeysResource implements Routes {
    private static final String PATH = "/api/v1/api-keys";
    private static final int MAX_KEYS = 50;
    private static final int MAX_NAME = 100;

    private final Authenticator authenticator;
    private final JdbcAccounts accounts;
    private final Secrets secrets;
    private final AuditLog audit;
    private final InstantSource clock;
    private final RandomGenerator random;

    public ApiKeysResource(
            Authenticator authenticator,
            JdbcAccounts accounts,
            Secrets secrets,
            AuditLog audit,
            InstantSource clock,
            RandomGenerator random) {
        this.authenticator = authenticator;
        this.accounts = accounts;
        this.secrets = secrets;
        this.audit = audit;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::mint);
        routes.delete(PATH + "/{id}", this::revoke);
    }

    private void list(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        Requests.json(
                ctx,
                Requests.slice(ctx)
                        .of(accounts.keys(caller.user()).stream()
                                .map(key -> view(key, null))
                                .toList()));
    }

    private void mint(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        String name = Requests.field(
                        Requests.body(ctx, Accounts.NewApiKey.class).name(), "name")
                .strip();
        if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[name] use 1 to %d printable characters".formatted(MAX_NAME));
        }
        if (accounts.keys(caller.user()).size() >= MAX_KEYS) {
            throw new ApiException(
                    ErrorCode.TOO_MANY_KEYS,
                    "[api keys] you have %d; revoke one that is no longer used".formatted(MAX_KEYS));
        }
        String secret = secrets.token("rsk_live_");
        JdbcAccounts.ApiKey key = new JdbcAccounts.ApiKey(
                Ids.create("key_", clock.instant(), random),
                name,
                JdbcAccounts.shownPrefix(secret),
                clock.instant(),
                null);
        accounts.addKey(caller.user(), key, secret);
        audit.record(ctx, caller, "api_key_created", key.id());
        Requests.json(ctx, 201, view(key, secret));
    }

    private void revoke(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        String id = ctx.pathParam("id");
        if (!accounts.removeKey(caller.user(), id)) {
            throw ApiException.notFound("API key", id);
        }
        audit.record(ctx, caller, "api_key_revoked", id);
        ctx.status(204);
    }

    private static Accounts.ApiKey view(JdbcAccounts.ApiKey key, @Nullable String secret) {
        return new Accounts.ApiKey(key.id(), key.name(), key.prefix(), key.createdAt(), key.lastUsedAt(), secret);
    }
}
