package dev.roundelay.storage.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Makes names durable, as `FileChannel.force` makes bytes.
final class Durability {
    private Durability() {}

    /// Flushes a folder's entries: a rename or new file in it survives a power cut from here on.
    static void flushFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
