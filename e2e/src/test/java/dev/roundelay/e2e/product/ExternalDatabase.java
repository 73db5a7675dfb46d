package dev.roundelay.e2e.product;

import dev.roundelay.server.postgres.EmbeddedPostgres;
import dev.roundelay.server.postgres.PostgresAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/// A PostgreSQL of its own beside the servers, reached through a wire.
public final class ExternalDatabase implements AutoCloseable {
    private final EmbeddedPostgres postgres;
    private final Wire wire;
    private final Path url;

    private ExternalDatabase(EmbeddedPostgres postgres, Wire wire, Path url) {
        this.postgres = postgres;
        this.wire = wire;
        this.url = url;
    }

    public static ExternalDatabase start(String name) {
        try {
            Path folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "e2e").toAbsolutePath()), name + "-database-");
            EmbeddedPostgres postgres = new EmbeddedPostgres(folder.resolve("postgres"), folder, new SecureRandom());
            PostgresAddress address = postgres.start();
            URI far = URI.create(address.url().substring("jdbc:".length()));
            Wire wire = new Wire(far.getHost(), far.getPort());
            Path url = folder.resolve("url");
            Files.writeString(
                    url,
                    "postgresql://%s:%s@127.0.0.1:%d%s"
                            .formatted(address.user(), address.password(), wire.port(), far.getPath()));
            return new ExternalDatabase(postgres, wire, url);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns the options by which a server uses it.
    public String[] options() {
        return new String[] {"--database-url-file", url.toString()};
    }

    /// Returns what leads to it.
    public Wire wire() {
        return wire;
    }

    @Override
    public void close() {
        try (wire) {
            postgres.close();
        }
    }
}
