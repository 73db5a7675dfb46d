package dev.roundelay.server.store;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.flywaydb.core.api.MigrationVersion;

/// The migrations of this build, found without a database.
final class KnownMigrations {
    private static final String FIRST = "/db/migration/V1__identity.sql";
    private static final Pattern NAME = Pattern.compile("(?:.*/)?V(\\d+)__[^/]*\\.sql");

    private KnownMigrations() {}

    static MigrationVersion newest() throws IOException {
        return names().stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .map(name -> MigrationVersion.fromVersion(name.group(1)))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    private static List<String> names() throws IOException {
        URL first = Objects.requireNonNull(KnownMigrations.class.getResource(FIRST), "the build lacks its migrations");
        if (first.openConnection() instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (JarFile file = jar.getJarFile()) {
                return file.stream()
                        .map(Object::toString)
                        .filter(name -> name.startsWith("db/migration/"))
                        .toList();
            }
        }
        Path folder =
                Objects.requireNonNull(Path.of(URI.create(first.toString())).getParent());
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(Path::toString).toList();
        }
    }
}
