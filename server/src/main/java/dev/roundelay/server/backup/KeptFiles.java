package dev.roundelay.server.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The small files of a data folder with which a server goes on, beside rows and blobs: its key, the first
/// administrator's credentials, the ports and the authority by which its workers know it, and who the local workers of
/// `roundelay up`
/// are. `server.id` is none of them: a copy is another server. All else is made anew or fetched again.
final class KeptFiles {
    private static final List<String> NAMES =
            List.of(Backup.KEY, "credentials.env", "ports", "tls/ca.pem", "tls/ca.key");
    private static final String WORKERS = "workers";
    private static final String IDENTITY = "worker.json";
    private static final Pattern WORKER = Pattern.compile(WORKERS + "/[^/]+/" + IDENTITY);

    private KeptFiles() {}

    /// Returns the names, relative to the folder, of those that are there.
    static List<String> in(Path dataDir) throws IOException {
        List<String> names = new ArrayList<>(NAMES);
        Path workers = dataDir.resolve(WORKERS);
        if (Files.isDirectory(workers)) {
            try (Stream<Path> folders = Files.list(workers)) {
                folders.map(folder -> WORKERS + "/" + folder.getFileName() + "/" + IDENTITY)
                        .sorted()
                        .forEach(names::add);
            }
        }
        names.removeIf(name -> !Files.isRegularFile(dataDir.resolve(name)));
        return names;
    }

    /// Returns whether a file of a backup is one of these.
    static boolean isKept(String name) {
        return NAMES.contains(name) || WORKER.matcher(name).matches();
    }
}
