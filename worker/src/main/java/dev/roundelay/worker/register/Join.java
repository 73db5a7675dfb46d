package dev.roundelay.worker.register;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.worker.RegisterRequest;
import dev.roundelay.worker.client.Backoff;
import dev.roundelay.worker.client.NoAnswerException;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.client.WorkerClient;
import dev.roundelay.worker.config.PinnedAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes a machine a worker: by its kept secret, or once by a join token.
public final class Join {
    private static final Logger LOG = LoggerFactory.getLogger(Join.class);
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final IdentityFile file;
    private final WorkerClient client;
    private final Backoff backoff;
    private final InstantSource clock;

    /// Makes a join into that data folder.
    public Join(Path dataDir, WorkerClient client, Backoff backoff, InstantSource clock) {
        this.file = new IdentityFile(dataDir);
        this.client = client;
        this.backoff = backoff;
        this.clock = clock;
    }

    /// Returns the kept identity, or joins; tries again while no server answers.
    ///
    /// @param token null if none was given
    /// @throws JoinRefusedException if there is nothing to join with, or the server or its certificate refuses
    public Identity enter(@Nullable String token, RegisterRequest request)
            throws IOException, JoinRefusedException, InterruptedException {
        Optional<Identity> known = file.find();
        if (known.isPresent()) {
            return known.get();
        }
        if (token == null || token.isEmpty()) {
            throw new JoinRefusedException(
                    "[--token] this data folder has joined no server yet; give a join token by --token or --token-file");
        }
        String key = file.joinKey(UUID.randomUUID().toString());
        for (int failures = 1; ; failures++) {
            try {
                WorkerClient.Registered registered = client.register(token, key, request);
                Identity identity = new Identity(
                        registered.reply().workerId(), registered.reply().secret());
                file.save(identity);
                warnOfClock(registered.date());
                return identity;
            } catch (RefusedException e) {
                throw new JoinRefusedException(explain(e, request.name()), e);
            } catch (NoAnswerException e) {
                requireTrust(e);
                if (failures == 1) {
                    LOG.warn("no server answers yet ({}); trying again", e.getMessage());
                }
                backoff.await(failures, Duration.ZERO);
            }
        }
    }

    /// Returns the kept identity, if there is one.
    public Optional<Identity> find() throws IOException {
        return file.find();
    }

    /// Forgets the secret.
    public void forget() throws IOException {
        file.forget();
    }

    private static String explain(RefusedException refused, String name) {
        if (refused.status() == 401) {
            return "[token] the server does not know this join token, or it is used up or expired; mint a new one";
        }
        if (refused.is(ErrorCode.NAME_TAKEN)) {
            return "[name] a worker named '" + name + "' exists already; choose another --name, or remove that worker";
        }
        if (refused.is(ErrorCode.VERSION_MISMATCH)) {
            return "[version] " + refused.getMessage() + "; install the agent that this server offers";
        }
        return "[join] " + refused.getMessage();
    }

    private void requireTrust(NoAnswerException failure) throws JoinRefusedException {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateNotYetValidException || cause instanceof CertificateExpiredException) {
                throw new JoinRefusedException(
                        "[clock] the server's certificate is not valid now, " + clock.instant()
                                + " by this machine's clock (" + cause.getMessage() + "); set the clock, or renew it",
                        failure);
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PinnedAuthority.OtherAuthorityException) {
                throw new JoinRefusedException(
                        "[certificate] " + cause.getMessage()
                                + "; somebody may stand in between: nothing was told to them."
                                + " Check the address, and mint a new token if the server has a new authority",
                        failure);
            }
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                throw new JoinRefusedException(
                        "[certificate] the server's certificate is not trusted: " + cause.getMessage()
                                + "; give its authority by --cacert, and the host name that it was made for",
                        failure);
            }
        }
    }

    private void warnOfClock(@Nullable String date) {
        if (date == null) {
            return;
        }
        try {
            Instant server = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
            if (Duration.between(server, clock.instant()).abs().compareTo(CLOCK_TOLERANCE) > 0) {
                LOG.warn("[clock] this machine says {}, the server {}; set the clock", clock.instant(), server);
            }
        } catch (DateTimeParseException _) {
            LOG.debug("the server's date '{}' is unreadable", date);
        }
    }
}
