package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/// Adds up what lies below a folder that somebody else writes to; links are counted, never followed.
final class DiskUse {
    // An empty file or folder still costs an inode: this bounds their number as well.
    private static final long COST_OF_AN_ENTRY = 4096;

    private DiskUse() {}

    /// Returns the bytes below `folder`, or some number above `enough` as soon as that is passed.
    static long of(Path folder, long enough) {
        long[] bytes = {0};
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                    return add(COST_OF_AN_ENTRY);
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    return add(Math.max(COST_OF_AN_ENTRY, attributes.size()));
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return add(COST_OF_AN_ENTRY);
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @org.jspecify.annotations.Nullable IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                private FileVisitResult add(long more) {
                    bytes[0] += more;
                    return bytes[0] > enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            return bytes[0];
        }
        return bytes[0];
    }
}
