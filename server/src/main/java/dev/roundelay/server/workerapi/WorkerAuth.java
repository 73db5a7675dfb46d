package dev.roundelay.server.workerapi;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.JoinToken;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.server.store.JdbcWorkerTokens;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Tells workers apart by their secrets. Known secrets are remembered (as hashes), since a worker calls many times a
/// second; a removed worker is forgotten at once.
public final class WorkerAuth {
    static final String SECRET_PREFIX = "rws_";
    static final String TOKEN_PREFIX = "rwt_";

    private final JdbcWorkerTokens tokens;
    private final ConcurrentHashMap<String, WorkerId> known = new ConcurrentHashMap<>();

    public WorkerAuth(JdbcWorkerTokens tokens) {
        this.tokens = tokens;
    }

    /// Returns the worker that calls.
    ///
    /// @param authorization the header's value
    /// @throws WorkerCallException `invalid_api_key` or `malformed_bearer`
    public WorkerId require(@Nullable String authorization) {
        byte[] hash = sha256(bearer(authorization, SECRET_PREFIX));
        String key = HexFormat.of().formatHex(hash);
        WorkerId worker = known.get(key);
        if (worker != null) {
            return worker;
        }
        WorkerId found = tokens.findWorker(hash)
                .orElseThrow(() -> new WorkerCallException(
                        ErrorCode.INVALID_API_KEY,
                        "[worker] its secret is not known; the worker was removed, let it join again"));
        known.put(key, found);
        return found;
    }

    /// Returns the join token that came with a call.
    ///
    /// @throws WorkerCallException `invalid_api_key` if it is unknown; expired and used ones are returned
    JdbcWorkerTokens.Token requireToken(@Nullable String authorization) {
        String bearer = bearer(authorization, TOKEN_PREFIX);
        // An agent that knows nothing of fingerprints sends the whole text.
        String secret = JoinToken.parse(bearer).map(JoinToken::secret).orElse(bearer);
        Optional<JdbcWorkerTokens.Token> token = tokens.find(sha256(secret));
        return token.orElseThrow(() -> new WorkerCallException(
                ErrorCode.INVALID_API_KEY, "[join token] it is not known; mint another one on the workers page"));
    }

    /// Forgets a worker whose secret has ended.
    public void forget(WorkerId worker) {
        known.values().removeIf(worker::equals);
    }

    private static String bearer(@Nullable String authorization, String prefix) {
        if (authorization == null || !authorization.startsWith("Bearer " + prefix)) {
            throw new WorkerCallException(
                    ErrorCode.MALFORMED_BEARER,
                    "[authorization] this route needs Bearer %s…; send it".formatted(prefix));
        }
        return authorization.substring("Bearer ".length());
    }

    /// Returns the hash under which a secret is kept.
    public static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
