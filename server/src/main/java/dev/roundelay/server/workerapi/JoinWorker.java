package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.RegisterReply;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.Registered;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import dev.roundelay.server.store.JdbcWorkerTokens;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Lets a worker join with a token.
final class JoinWorker {
    private final Kernel kernel;
    private final JdbcWorkerTokens tokens;
    private final Predicate<UserId> enabled;
    private final InstantSource clock;
    private final SecureRandom random;

    JoinWorker(
            Kernel kernel,
            JdbcWorkerTokens tokens,
            Predicate<UserId> enabled,
            InstantSource clock,
            SecureRandom random) {
        this.kernel = kernel;
        this.tokens = tokens;
        this.enabled = enabled;
        this.clock = clock;
        this.random = random;
    }

    /// Returns the new worker's id and secret. The same token and key again, while that worker has never synced, gives
    /// the
    /// same worker and a fresh secret: the reply that held the first one was lost.
    ///
    /// @throws WorkerCallException `version_mismatch`, `invalid_api_key`, `name_taken`, `invalid_request`
    RegisterReply join(JdbcWorkerTokens.Token token, @Nullable String joinKey, RegisterRequest request) {
        require(request);
        if (!enabled.test(token.owner())) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_API_KEY,
                    "[join token] the account that it is of is disabled or gone; ask an administrator");
        }
        Optional<RegisterReply> repeated = again(token, joinKey);
        if (repeated.isPresent()) {
            return repeated.get();
        }
        if (!token.isUsable(clock.instant())) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_API_KEY,
                    "[join token] it has expired or was used; mint another one on the workers page");
        }
        WorkerId id = WorkerId.create(clock.instant(), random);
        String secret = newSecret();
        NewWorker worker = new NewWorker(id, request.name().strip(), token.owner(), offer(request));
        Registered outcome =
                kernel.register(worker, tokens.join(token, id, WorkerAuth.sha256(secret), joinKey, clock.instant()));
        return switch (outcome) {
            case Registered.Joined(Worker joined) ->
                new RegisterReply(joined.id().value(), secret);
            // By the same join, whose caller did not wait for its commit.
            case Registered.NameTaken(Worker holder) ->
                again(token, joinKey)
                        .orElseThrow(() -> new WorkerCallException(
                                ErrorCode.NAME_TAKEN,
                                "[name] you have another worker called %s; start this one with --name, or remove that one"
                                        .formatted(holder.name())));
        };
    }

    private Optional<RegisterReply> again(JdbcWorkerTokens.Token token, @Nullable String joinKey) {
        return Optional.ofNullable(joinKey)
                .flatMap(key -> tokens.findJoined(token, key))
                .filter(earlier -> !earlier.synced())
                .map(earlier -> {
                    String secret = newSecret();
                    tokens.renewSecret(earlier.worker(), WorkerAuth.sha256(secret));
                    return new RegisterReply(earlier.worker().value(), secret);
                });
    }

    private static void require(RegisterRequest request) {
        if (request.protocol() != RegisterRequest.PROTOCOL) {
            throw new WorkerCallException(
                    ErrorCode.VERSION_MISMATCH,
                    "[protocol] this server speaks version %d, the worker %d; install the same release on both"
                            .formatted(RegisterRequest.PROTOCOL, request.protocol()));
        }
        String name = request.name().strip();
        if (name.isEmpty() || name.length() > 100 || name.chars().anyMatch(Character::isISOControl)) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST, "[name] a worker's name has 1 to 100 printable characters; use --name");
        }
        // A worker whose GPUs are all broken joins all the same: its page says what is wrong with them.
        int least = request.device().equals("cuda") ? 0 : 1;
        if (request.slots() < least || request.slots() > 1_000) {
            throw new WorkerCallException(
                    ErrorCode.INVALID_REQUEST, "[slots] is %d; use 1 to 1000".formatted(request.slots()));
        }
    }

    private static WorkerOffer offer(RegisterRequest request) {
        return new WorkerOffer(
                request.slots(),
                request.device(),
                request.model(),
                request.memoryMb(),
                request.labels(),
                Set.copyOf(request.datasets()),
                request.versions(),
                Set.of(),
                Set.of());
    }

    private String newSecret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return WorkerAuth.SECRET_PREFIX
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
