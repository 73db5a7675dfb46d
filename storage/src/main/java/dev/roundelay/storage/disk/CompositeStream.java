package dev.roundelay.storage.disk;

import dev.roundelay.storage.BlobId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

/// Reads a range of a composite, one part after the other. Up to 64 parts are opened at once, so that a delete during a
/// long
/// download does not cut it off. Not thread-safe.
final class CompositeStream extends InputStream {
    private static final int OPEN_AHEAD = 64;

    /// Opens the file of a plain blob.
    interface Opener {
        FileChannel open(BlobId part) throws IOException;
    }

    private record Piece(BlobId part, long offset, long length) {}

    private final Opener opener;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private final Deque<FileRangeStream> opened = new ArrayDeque<>();

    CompositeStream(CompositeFile composite, Opener opener, long offset, long length) throws IOException {
        this.opener = opener;
        long start = 0;
        long left = length;
        for (CompositeFile.Extent extent : composite.extents()) {
            long skip = Math.clamp(offset - start, 0, extent.sizeBytes());
            long take = Math.min(left, extent.sizeBytes() - skip);
            if (take > 0) {
                pieces.add(new Piece(extent.blob(), skip, take));
                left -= take;
            }
            start += extent.sizeBytes();
        }
        try {
            openAhead();
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void openAhead() throws IOException {
        while (opened.size() < OPEN_AHEAD && !pieces.isEmpty()) {
            Piece piece = pieces.remove();
            opened.add(new FileRangeStream(opener.open(piece.part()), piece.offset(), piece.length()));
        }
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
        while (!opened.isEmpty()) {
            int n = opened.element().read(target, offset, length);
            if (n >= 0) {
                return n;
            }
            opened.remove().close();
            openAhead();
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        pieces.clear();
        while (!opened.isEmpty()) {
            opened.remove().close();
        }
    }
}
