package dev.roundelay.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// Which release this is, written down by the build.
public final class BuildVersion {
    private BuildVersion() {}

    /// Returns the release of Roundelay.
    public static String roundelay() {
        return read("version");
    }

    /// Returns the release of the PostgreSQL that comes with it.
    public static String postgres() {
        return read("postgres");
    }

    private static String read(String name) {
        Properties properties = new Properties();
        try (InputStream in = BuildVersion.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("build.properties has no " + name);
        }
        return value;
    }
}
