package dev.roundelay.sdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Turns the rest of a key into a path below a folder, or refuses it.
final class SafePath {
    private SafePath() {}

    /// Returns where `relative` belongs below `folder`.
    ///
    /// @throws ValidationException if it would leave the folder, also by a link that lies there
    static Path under(Path folder, String relative) {
        for (String part : relative.split("/", -1)) {
            boolean odd = part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\\') >= 0;
            if (odd || part.chars().anyMatch(c -> c < 32 || c == 127)) {
                throw leaves(relative);
            }
        }
        Path path = folder;
        for (String part : relative.split("/", -1)) {
            path = path.resolve(part);
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isInside(path, folder)) {
                throw leaves(relative);
            }
        }
        return path;
    }

    // What lies there may be a link that leads out, or one that leads nowhere yet.
    private static boolean isInside(Path path, Path folder) {
        try {
            return path.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException _) {
            return false;
        }
    }

    private static ValidationException leaves(String relative) {
        return Errors.invalid(
                "invalid_key",
                "['" + relative + "'] would be written outside of the target folder; read it with files().read");
    }
}
