package dev.roundelay.s3.awssdk;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// A body that fails at its announced end, or where the stream ends, if its digest is not the expected one. S3Proxy's
/// own stream for this breaks on reads of no bytes, as `readAllBytes` makes them.
public final class DigestCheck extends FilterInputStream {
    private final MessageDigest digest;
    private final byte[] expected;
    private final S3Exception mismatch;
    private long left;
    private boolean checked;

    /// @param sizeBytes announced length; negative if unknown
    /// @param mismatch  thrown inside an [IOException] if the digest differs
    public DigestCheck(InputStream body, String algorithm, byte[] expected, long sizeBytes, S3Exception mismatch) {
        super(body);
        try {
            this.digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("[digest] no algorithm " + algorithm, e);
        }
        this.expected = expected.clone();
        this.left = sizeBytes < 0 ? Long.MAX_VALUE : sizeBytes;
        this.mismatch = mismatch;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int n = in.read(target, offset, length);
        if (n > 0 && !checked) {
            digest.update(target, offset, n);
            left -= n;
        }
        if (n < 0 || left <= 0) {
            check();
        }
        return n;
    }

    private void check() throws IOException {
        if (!checked) {
            checked = true;
            if (!MessageDigest.isEqual(expected, digest.digest())) {
                throw new IOException(mismatch);
            }
        }
    }

    @Override
    public long skip(long n) throws IOException {
        byte[] skipped = new byte[(int) Math.clamp(n, 0, 8192)];
        return Math.max(0, read(skipped, 0, skipped.length));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
