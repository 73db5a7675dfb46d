package dev.roundelay.server.jobs;

import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/// A blob as a seekable channel for readers that jump, such as those of a zip's central directory. Reads whole windows,
/// so
/// that many small reads near each other cost one range. Not thread-safe.
final class BlobChannel implements SeekableByteChannel {
    private static final int WINDOW = 128 * 1024;

    private final BlobStore blobs;
    private final BlobId id;
    private final long size;
    private byte[] window = new byte[0];
    private long windowStart;
    private long position;
    private boolean open = true;

    BlobChannel(BlobStore blobs, BlobId id, long size) {
        this.blobs = blobs;
        this.id = id;
        this.size = size;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (position >= size) {
            return -1;
        }
        if (position < windowStart || position >= windowStart + window.length) {
            fill();
        }
        int from = (int) (position - windowStart);
        int count = Math.min(target.remaining(), window.length - from);
        target.put(window, from, count);
        position += count;
        return count;
    }

    private void fill() throws IOException {
        // Zip readers step backwards to find the end record: half a window behind the position serves both ways.
        windowStart = Math.max(0, Math.min(position - WINDOW / 2, size - WINDOW));
        try (InputStream in = blobs.open(id, windowStart, WINDOW)) {
            window = in.readNBytes(WINDOW);
        }
        if (position >= windowStart + window.length) {
            throw new IOException("[blob %s] ends at %d, expected %d bytes; run roundelay verify"
                    .formatted(id.value(), windowStart + window.length, size));
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public SeekableByteChannel position(long newPosition) {
        position = newPosition;
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long newSize) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        window = new byte[0];
    }
}
