package dev.roundelay.server.workers;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.JoinToken;
import dev.roundelay.contract.worker.WorkerTokens;
import dev.roundelay.kernel.Ids;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Authenticator;
import dev.roundelay.server.http.Caller;
import dev.roundelay.server.http.Requests;
import dev.roundelay.server.http.Routes;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.server.workerapi.WorkerAuth;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Join tokens: in a session only, since a token lets a machine run its owner's jobs.
public final class WorkerTokensResource implements Routes {
    private static final String PATH = "/api/v1/worker-tokens";
    private static final Duration DEFAULT_LIFE = Duration.ofHours(1);
    private static final long MAX_LIFE_SECONDS = Duration.ofDays(365).toSeconds();

    private final Authenticator authenticator;
    private final JdbcWorkerTokens tokens;
    private final Optional<String> fingerprint;
    private final InstantSource clock;
    private final SecureRandom random;

    /// @param fingerprint of the server's own authority, which whoever joins is to trust
    public WorkerTokensResource(
            Authenticator authenticator,
            JdbcWorkerTokens tokens,
            Optional<String> fingerprint,
            InstantSource clock,
            SecureRandom random) {
        this.authenticator = authenticator;
        this.tokens = tokens;
        this.fingerprint = fingerprint;
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
                        .of(tokens.list(caller.user()).stream()
                                .map(token -> view(token, null))
                                .toList()));
    }

    private void mint(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        WorkerTokens.Mint wish = Requests.body(ctx, WorkerTokens.Mint.class);
        Long ttl = wish.ttlSeconds();
        if (ttl != null && (ttl < 1 || ttl > MAX_LIFE_SECONDS)) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "[ttlSeconds] is %d; use 1 second to a year".formatted(ttl));
        }
        Minted minted = mint(
                caller.user(),
                wish.name(),
                Boolean.TRUE.equals(wish.reusable()),
                ttl == null ? DEFAULT_LIFE : Duration.ofSeconds(ttl));
        Requests.json(ctx, 201, view(minted.token(), minted.secret()));
    }

    /// A new token with its secret.
    public record Minted(JdbcWorkerTokens.Token token, String secret) {}

    /// Mints a token.
    ///
    /// @param life null for one that ends only by being revoked
    public Minted mint(UserId owner, @Nullable String name, boolean reusable, @Nullable Duration life) {
        Instant now = clock.instant();
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        String secret = "rwt_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        JdbcWorkerTokens.Token token = new JdbcWorkerTokens.Token(
                Ids.create("tok_", now, random),
                owner,
                name,
                reusable,
                now,
                life == null ? null : now.plus(life),
                null);
        tokens.add(token, WorkerAuth.sha256(secret));
        return new Minted(token, pinned(secret));
    }

    /// Returns a token as its holder is to carry it: with the authority that this server has now, if any.
    public String pinned(String token) {
        String secret = JoinToken.parse(token).map(JoinToken::secret).orElse(token);
        return new JoinToken(secret, fingerprint.orElse(null)).text();
    }

    private void revoke(Context ctx) {
        Caller caller = authenticator.require(ctx).requireSession();
        String id = ctx.pathParam("id");
        if (!tokens.remove(caller.user(), id)) {
            throw ApiException.notFound("token", id);
        }
        ctx.status(204);
    }

    private static WorkerTokens.View view(JdbcWorkerTokens.Token token, @Nullable String secret) {
        return new WorkerTokens.View(
                token.id(),
                token.name(),
                token.reusable(),
                token.createdAt(),
                token.expiresAt(),
                token.usedAt(),
                secret);
    }
}
