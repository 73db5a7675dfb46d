package dev.roundelay.worker.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// What the kernel says of a file, also what Java does not pass on: the bytes that it takes on the disk.
///
/// @param mode   kind and permissions
/// @param inode  number within its device
/// @param device major and minor number
/// @param size   as it is called
/// @param taken  bytes that are allocated for it, extended attributes included where the file system counts them
record FileStatus(int mode, long inode, long device, long size, long taken) {
    private static final int KIND = 0xf000;
    private static final int FOLDER = 0x4000;
    private static final int LINK = 0xa000;
    private static final int STRUCT_BYTES = 256;
    private static final int CURRENT_FOLDER = -100; // AT_FDCWD

    /// Returns the status of a name in an open folder; a link's own.
    static Optional<FileStatus> of(int directory, MemorySegment name) {
        return of(directory, name, false);
    }

    /// Returns the status of what a descriptor stands for.
    static Optional<FileStatus> of(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            return of(descriptor, arena.allocateFrom(""), false);
        }
    }

    /// Returns the status of what a path leads to, following links.
    static Optional<FileStatus> ofPath(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return of(CURRENT_FOLDER, arena.allocateFrom(path), true);
        }
    }

    private static Optional<FileStatus> of(int directory, MemorySegment name, boolean follow) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(STRUCT_BYTES, 8);
            if (!Native.stat(directory, name, follow, status)) {
                return Optional.empty();
            }
            long device = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, 136)) << 32
                    | Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, 140));
            return Optional.of(new FileStatus(
                    Short.toUnsignedInt(status.get(ValueLayout.JAVA_SHORT, 28)),
                    status.get(ValueLayout.JAVA_LONG, 32),
                    device,
                    status.get(ValueLayout.JAVA_LONG, 40),
                    512 * status.get(ValueLayout.JAVA_LONG, 48)));
        }
    }

    boolean isFolder() {
        return (mode & KIND) == FOLDER;
    }

    /// Returns whether its owner may list, change and pass a folder, or read a file.
    boolean isOpenToOwner() {
        return isFolder() ? (mode & 0700) == 0700 : (mode & 0400) != 0 || (mode & KIND) == LINK;
    }
}
