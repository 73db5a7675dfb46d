package dev.roundelay.federation.strategy;

import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The secret from which a round's noise is made, and how many rounds had noise with this one. Each round's secret is
/// the hash of the one before, so that an old state tells nothing of older noise.
record NoiseState(byte[] secret, long rounds) {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SECRET_BYTES = 32;
    private static final String SECRET = "secret";
    private static final String ROUNDS = "rounds";

    /// Returns the state of the round after that one.
    ///
    /// @param before null for the first round, which takes a new secret
    static NoiseState after(@Nullable Path before, RandomGenerator secrets) throws IOException {
        if (before == null) {
            byte[] secret = new byte[SECRET_BYTES];
            secrets.nextBytes(secret);
            return new NoiseState(secret, 1);
        }
        try (SafetensorsReader file = SafetensorsReader.open(before)) {
            byte[] secret = file.view(SECRET).segment().toArray(ValueLayout.JAVA_BYTE);
            long rounds = file.view(ROUNDS).segment().get(I64, 0);
            return new NoiseState(hash("next", secret), rounds + 1);
        }
    }

    /// Returns the key of the round's noise, from which the secret cannot be told.
    byte[] noiseKey() {
        return hash("noise", secret);
    }

    void write(Path file) throws IOException {
        MemorySegment count = MemorySegment.ofArray(new byte[Long.BYTES]);
        count.set(I64, 0, rounds);
        SafetensorsWriter.write(
                file,
                Map.of(),
                List.of(
                        new TensorView(SECRET, DType.U8, Shape.of(SECRET_BYTES), MemorySegment.ofArray(secret)),
                        new TensorView(ROUNDS, DType.I64, Shape.SCALAR, count)));
    }

    private static byte[] hash(String purpose, byte[] secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(purpose.getBytes(StandardCharsets.US_ASCII));
            return digest.digest(secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("[noise] this Java has no SHA-256; use another one", e);
        }
    }
}
