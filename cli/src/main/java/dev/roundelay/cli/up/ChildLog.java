package dev.roundelay.cli.up;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The file that a child's output is appended to.
final class ChildLog {
    private ChildLog() {}

    /// Keeps a log from growing for ever: what a large one holds goes to `NAME.1`, over what was there. The child
    /// goes on at its new end; a line that it writes in between may be lost.
    ///
    /// @param most bytes that are left alone
    static void bound(Path log, long most) throws IOException {
        if (!Files.exists(log) || Files.size(log) <= most) {
            return;
        }
        Files.copy(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.truncate(0);
        }
    }
}
