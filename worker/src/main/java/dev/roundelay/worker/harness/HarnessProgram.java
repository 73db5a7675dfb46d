package dev.roundelay.worker.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The Python program that the harness room ships as resources.
public final class HarnessProgram {
    private static final String RESOURCES = "/dev/roundelay/harness/";

    private HarnessProgram() {}

    /// Writes the program's files into a folder, over older ones.
    ///
    /// @return `folder`
    public static Path unpack(Path folder) throws IOException {
        for (String name :
                new String(read("files.txt"), StandardCharsets.UTF_8).lines().toList()) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.resolveSibling("."));
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.write(next, read(name));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return folder;
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = HarnessProgram.class.getResourceAsStream(RESOURCES + name)) {
            if (in == null) {
                throw new IOException("[harness] the program's file " + name + " is missing; install the worker again");
            }
            return in.readAllBytes();
        }
    }
}
