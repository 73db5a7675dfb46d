package dev.roundelay.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;

/// The body of one part: a slice of a source that counts what is read, and takes it back when it is read anew.
final class PartBody extends InputStream {
    private final InputStream bytes;
    private final Counter counter;
    private long left;

    private PartBody(InputStream bytes, long length, Counter counter) {
        this.bytes = bytes;
        this.left = length;
        this.counter = counter;
    }

    /// Returns what publishes the slice; each request may ask again.
    static HttpRequest.BodyPublisher publisher(Source source, long offset, long length, Counter counter) {
        if (length == 0) {
            return HttpRequest.BodyPublishers.noBody();
        }
        return HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> slice(source, offset, length, counter)), length);
    }

    private static InputStream slice(Source source, long offset, long length, Counter counter) {
        try {
            InputStream bytes = source.open();
            bytes.skipNBytes(offset);
            return new PartBody(bytes, length, counter);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int read = bytes.read(target, offset, (int) Math.min(length, left));
        if (read > 0) {
            left -= read;
            counter.add(read);
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
