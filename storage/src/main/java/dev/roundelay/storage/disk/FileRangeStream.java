package dev.roundelay.storage.disk;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/// Reads a range of one file, which it closes. Not thread-safe.
final class FileRangeStream extends InputStream {
    private static final int BUFFER_BYTES = 256 << 10;

    private final FileChannel file;
    private final long end;
    private long position;

    FileRangeStream(FileChannel file, long offset, long length) throws IOException {
        this.file = file;
        long size = file.size();
        this.position = Math.min(offset, size);
        this.end = length > size - position ? size : position + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (position >= end) {
            return -1;
        }
        int wanted = (int) Math.min(length, end - position);
        int n = file.read(ByteBuffer.wrap(target, offset, wanted), position);
        if (n > 0) {
            position += n;
        }
        return n;
    }

    @Override
    public int available() {
        return (int) Math.min(Integer.MAX_VALUE, end - position);
    }

    @Override
    public long skip(long n) {
        long step = Math.clamp(n, 0, end - position);
        position += step;
        return step;
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.clamp(end - position, 1, BUFFER_BYTES)];
        long sent = 0;
        for (int n = read(buffer); n >= 0; n = read(buffer)) {
            out.write(buffer, 0, n);
            sent += n;
        }
        return sent;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
