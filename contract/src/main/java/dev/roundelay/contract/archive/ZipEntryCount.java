package dev.roundelay.contract.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;

/// Counts the entries of a zip without keeping one. Libraries hold every entry in memory before the first can be looked
/// at,
/// some 700 bytes each, so that an archive of a million empty files would take the whole heap of a server.
///
/// - end record: u32 0x06054b50, length of the directory as u32 at 12, its offset as u32 at 16; at most 64 KiB of
/// comment
/// behind it
/// - ZIP64 locator, 20 bytes before it: u32 0x07064b50, offset of the ZIP64 end record as u64 at 8
/// - ZIP64 end record: u32 0x06064b50, length of the directory as u64 at 40, its offset as u64 at 48
/// - directory header: u32 0x02014b50, lengths of name, extra field and comment as u16 at 28, 30 and 32; 46 bytes and
/// those
///
/// Stateless.
public final class ZipEntryCount {
    /// So many entries a shard may have: what an agent's small heap holds.
    public static final int MOST = 100_000;

    /// So many bytes their names and what else the directory says of them may take.
    public static final int MOST_DIRECTORY_BYTES = 32 << 20;

    private static final int END = 0x06054b50;
    private static final int LOCATOR = 0x07064b50;
    private static final int END_64 = 0x06064b50;
    private static final int HEADER = 0x02014b50;
    private static final int HEADER_BYTES = 46;
    private static final int MAX_TAIL = 22 + 65_535 + 20;
    private static final int WINDOW = 1 << 16;

    private final SeekableByteChannel zip;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;

    private ZipEntryCount(SeekableByteChannel zip) {
        this.zip = zip;
    }

    /// Returns how many entries there are; `most + 1` for any number above `most` and for a directory of more than
    /// [#MOST_DIRECTORY_BYTES], 0 where there is none. The channel's position is moved.
    ///
    /// @throws IOException if the channel cannot be read
    public static int of(SeekableByteChannel zip, int most) throws IOException {
        return new ZipEntryCount(zip).count(most);
    }

    private int count(int most) throws IOException {
        long size = zip.size();
        long tailStart = Math.max(0, size - MAX_TAIL);
        ByteBuffer tail = read(tailStart, (int) (size - tailStart));
        for (int at = tail.limit() - 22; at >= 0; at--) {
            if (tail.getInt(at) == END) {
                long end = tailStart + at;
                long length = Integer.toUnsignedLong(tail.getInt(at + 12));
                long start = Integer.toUnsignedLong(tail.getInt(at + 16));
                if (at >= 20 && tail.getInt(at - 20) == LOCATOR) {
                    end = tail.getLong(at - 20 + 8);
                    ByteBuffer end64 = end < 0 || end > size - 56 ? ByteBuffer.allocate(0) : read(end, 56);
                    if (end64.limit() < 56 || end64.getInt(0) != END_64) {
                        return 0;
                    }
                    length = end64.getLong(40);
                    start = end64.getLong(48);
                }
                // Where bytes stand before the archive, readers go by one or by the other.
                return Math.max(headers(start, most), headers(end - length, most));
            }
        }
        return 0;
    }

    private int headers(long start, int most) throws IOException {
        int count = 0;
        long at = start;
        while (count <= most && at >= 0 && at <= zip.size() - HEADER_BYTES) {
            ByteBuffer header = header(at);
            if (header.remaining() < HEADER_BYTES || header.getInt() != HEADER) {
                return count;
            }
            int from = header.position() - 4;
            count++;
            at += HEADER_BYTES
                    + Short.toUnsignedLong(header.getShort(from + 28))
                    + Short.toUnsignedLong(header.getShort(from + 30))
                    + Short.toUnsignedLong(header.getShort(from + 32));
            if (at - start > MOST_DIRECTORY_BYTES) {
                return most + 1;
            }
        }
        return count;
    }

    private ByteBuffer header(long at) throws IOException {
        if (at < windowStart || at + HEADER_BYTES > windowStart + window.limit()) {
            window = read(at, (int) Math.min(WINDOW, zip.size() - at));
            windowStart = at;
        }
        return window.position((int) (at - windowStart));
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        zip.position(at);
        while (bytes.hasRemaining() && zip.read(bytes) >= 0) {
            continue;
        }
        return bytes.flip();
    }
}
