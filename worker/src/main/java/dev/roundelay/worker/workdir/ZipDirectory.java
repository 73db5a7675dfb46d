package dev.roundelay.worker.workdir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Finds where the central directory of a zip begins, by its end record (PKWARE APPNOTE 4.3.14 to 4.3.16).
///
/// - end record: u32 0x06054b50, ..., offset of the directory as u32 at 16, length of the comment as u16 at 20
/// - ZIP64 locator, 20 bytes before it: u32 0x07064b50, offset of the ZIP64 end record as u64 at 8
/// - ZIP64 end record: u32 0x06064b50, ..., offset of the directory as u64 at 48
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int LOCATOR = 0x07064b50;
    private static final int END_64 = 0x06064b50;
    private static final int MAX_TAIL = 22 + 65_535 + 20;

    private ZipDirectory() {}

    /// Returns the offset of the directory.
    ///
    /// @throws WorkdirException if there is none
    static long findStart(Path archive, String name) throws IOException {
        try (FileChannel file = FileChannel.open(archive)) {
            long size = file.size();
            ByteBuffer tail = read(file, Math.max(0, size - MAX_TAIL), (int) Math.min(size, MAX_TAIL));
            for (int at = tail.capacity() - 22; at >= 0; at--) {
                if (tail.getInt(at) == END) {
                    long start = Integer.toUnsignedLong(tail.getInt(at + 16));
                    if (at >= 20 && tail.getInt(at - 20) == LOCATOR) {
                        start = start64(file, tail.getLong(at - 20 + 8), name);
                    }
                    return checked(start, size, name);
                }
            }
            throw noZip(name);
        }
    }

    private static long start64(FileChannel file, long at, String name) throws IOException {
        if (at < 0 || at > file.size() - 56) {
            throw noZip(name);
        }
        ByteBuffer end = read(file, at, 56);
        if (end.getInt(0) != END_64) {
            throw noZip(name);
        }
        return end.getLong(48);
    }

    private static long checked(long start, long size, String name) {
        if (start < 0 || start > size) {
            throw noZip(name);
        }
        return start;
    }

    private static ByteBuffer read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && file.read(buffer, at + buffer.position()) >= 0) {
            continue;
        }
        return buffer.flip();
    }

    private static WorkdirException noZip(String name) {
        return new WorkdirException("[" + name + "] is no zip; make the shard again as a plain zip of files");
    }
}
