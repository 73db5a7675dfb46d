package dev.roundelay.server.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The folder of the class path that holds the built pages. Only names that the build can have made are looked up,
/// so that no name leads out of the folder.
public final class WebFolder {
    /// Where `make build` puts the pages.
    public static final WebFolder BUILT = new WebFolder("/dev/roundelay/server/dashboard/web/");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}");
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "ttf", "font/ttf",
            "woff2", "font/woff2");

    private final String folder;

    /// @param folder begins and ends with a slash
    public WebFolder(String folder) {
        this.folder = folder;
    }

    /// Returns a file of the folder itself.
    Optional<byte[]> file(String name) {
        return read("", name);
    }

    /// Returns a file of `assets`, whose names change with every build.
    Optional<byte[]> asset(String name) {
        return read("assets/", name);
    }

    private Optional<byte[]> read(String below, String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        try (InputStream in = WebFolder.class.getResourceAsStream(folder + below + name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("[pages] %s cannot be read; build again".formatted(name), e);
        }
    }

    /// Returns the media type that a file's name stands for.
    static String type(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(ending, "application/octet-stream");
    }
}
