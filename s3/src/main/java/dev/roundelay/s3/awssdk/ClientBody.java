package dev.roundelay.s3.awssdk;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// The body of an upload as it comes from S3Proxy, which reads the framing of AWS clients. Whatever fails in it is the
/// client's fault or the connection's, unlike what fails while the same bytes are written to the disk.
public final class ClientBody extends FilterInputStream {
    ClientBody(InputStream body) {
        super(body);
    }

    /// Says that a body cannot be read; its cause says why.
    public static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnreadableException(Exception cause) {
            super(cause);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return in.read(target, offset, length);
        } catch (EOFException e) {
            throw e;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new UnreadableException(e);
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
