package dev.roundelay.server.account;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes and hashes secrets.
public final class Secrets {
    private static final char[] PASSWORD_LETTERS =
            "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".toCharArray();

    private final SecureRandom random;
    private final byte[] serverKey;

    /// @param serverKey 32 random bytes that never change, from which bucket secrets are derived
    public Secrets(SecureRandom random, byte[] serverKey) {
        this.random = random;
        this.serverKey = serverKey.clone();
    }

    /// Returns a prefix followed by 256 random bits.
    public String token(String prefix) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// Returns a password for people: 20 letters and digits that are not taken for one another, 116 bits.
    public String password() {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            password.append(PASSWORD_LETTERS[random.nextInt(PASSWORD_LETTERS.length)]);
        }
        return password.toString();
    }

    /// Returns a new access key id of a bucket.
    public String accessKeyId() {
        byte[] bytes = new byte[10];
        random.nextBytes(bytes);
        return "RK" + HexFormat.of().withUpperCase().formatHex(bytes);
    }

    /// Returns the secret that belongs to an access key id: derived, so that it is stored nowhere.
    public String bucketSecret(String accessKeyId) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(serverKey, "HmacSHA256"));
            byte[] secret = mac.doFinal(("s3:" + accessKeyId).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    /// Returns the hash under which a random secret is kept. Its 256 bits of randomness need no slow hash.
    public static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
