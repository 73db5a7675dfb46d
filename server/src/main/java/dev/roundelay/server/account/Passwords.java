package dev.roundelay.server.account;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Hashes passwords with Argon2id (RFC 9106). A hash takes 19 MiB and tens of milliseconds, so only two run at once.
public final class Passwords {
    /// Shortest password that is taken.
    public static final int MIN_LENGTH = 10;

    private static final int MEMORY_KIB = 19 * 1024;
    private static final int ITERATIONS = 2;
    private static final int HASH_BYTES = 32;

    private final SecureRandom random;
    private final Semaphore running = new Semaphore(2);
    private final String decoy;

    public Passwords(SecureRandom random) {
        this.random = random;
        this.decoy = hash("a password that nobody has");
    }

    /// Returns a hash with its salt, to be stored.
    ///
    /// @throws ApiException `too_many_requests` while two others are at it
    public String hash(String password) {
        byte[] salt = new byte[16];
        random.nextBytes(salt);
        return encode(salt, compute(password, salt));
    }

    /// Returns whether a password is the one that was hashed.
    public boolean matches(String password, String stored) {
        String[] parts = stored.split("\\$");
        byte[] salt = Base64.getDecoder().decode(parts[1]);
        byte[] expected = Base64.getDecoder().decode(parts[2]);
        return MessageDigest.isEqual(expected, compute(password, salt));
    }

    /// Takes as long as a real comparison, so that an unknown user cannot be told from a wrong password.
    public void pretend(String password) {
        boolean _ = matches(password, decoy);
    }

    private static String encode(byte[] salt, byte[] hash) {
        Base64.Encoder encoder = Base64.getEncoder();
        return "argon2id$" + encoder.encodeToString(salt) + "$" + encoder.encodeToString(hash);
    }

    private byte[] compute(String password, byte[] salt) {
        if (!running.tryAcquire()) {
            throw new ApiException(ErrorCode.TOO_MANY_REQUESTS, "[sign-in] too many at once; try again in a second");
        }
        try {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withSalt(salt)
                    .withMemoryAsKB(MEMORY_KIB)
                    .withIterations(ITERATIONS)
                    .withParallelism(1)
                    .build());
            byte[] hash = new byte[HASH_BYTES];
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
            return hash;
        } finally {
            running.release();
        }
    }
}
