package dev.roundelay.tensors.aggregation;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Normally distributed numbers that follow from a key and a place alone, so that neither threads nor a restart change
/// them, and that nobody without the key can tell: AES in counter mode, and pairs by Box and Muller (1958).
///
/// They are float64 numbers, so the attack of Mironov (2012) on the lowest bits of such noise is not kept off.
public final class GaussianNoise {
    private final SecretKeySpec key;

    /// @param key 16 or 32 bytes; a key gives its numbers once, so take another one each round
    public GaussianNoise(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /// Returns a source for one thread.
    Source source() {
        return new Source(key);
    }

    /// The numbers; not for use by several threads.
    static final class Source {
        private static final double UNIT = 0x1p-53;

        private final SecretKeySpec key;
        private final Cipher cipher;
        private byte[] zeros = new byte[0];

        private Source(SecretKeySpec key) {
            this.key = key;
            try {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("[noise] this Java has no AES; use another one", e);
            }
        }

        /// Adds noise to the first `count` numbers.
        ///
        /// @param place where the numbers belong; the same place gets the same noise
        void add(long place, int count, double standardDeviation, double[] to) {
            ByteBuffer random = random(place, 2 * ((count + 1) / 2) * Long.BYTES);
            for (int i = 0; i < count; i += 2) {
                // In (0, 1], so that its logarithm is finite.
                double first = ((random.getLong() >>> 11) + 1) * UNIT;
                double second = (random.getLong() >>> 11) * UNIT;
                double radius = standardDeviation * Math.sqrt(-2 * StrictMath.log(first));
                double angle = 2 * Math.PI * second;
                to[i] += radius * StrictMath.cos(angle);
                if (i + 1 < count) {
                    to[i + 1] += radius * StrictMath.sin(angle);
                }
            }
        }

        private ByteBuffer random(long place, int bytes) {
            if (zeros.length < bytes) {
                zeros = new byte[bytes];
            }
            // The upper half is the place, the lower half counts: two places never share a block of the cipher.
            byte[] counter =
                    Arrays.copyOf(ByteBuffer.allocate(Long.BYTES).putLong(place).array(), 2 * Long.BYTES);
            try {
                cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(counter));
                return ByteBuffer.wrap(cipher.doFinal(zeros, 0, bytes));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("[noise] AES failed: " + e.getMessage(), e);
            }
        }
    }
}
