package dev.roundelay.server.downloads;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.downloads.Downloads.Download;
import dev.roundelay.server.files.FileTypes;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.ByteRanges;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// `/join.sh` and `/dist/{file}`, open to everybody: the programs hold no secret, and a machine that is to join
/// has none yet.
public final class DownloadsResource implements Routes {
    private static final String CHECKSUMS = "SHA256SUMS";

    private final Optional<Downloads> downloads;
    private final String publicUrl;

    /// @param distribution empty if this server was not started by the launcher of one
    /// @param cache        folder for packed files
    public DownloadsResource(Optional<Distribution> distribution, Path cache, String publicUrl) {
        this.downloads = distribution.map(found -> new Downloads(found, cache));
        this.publicUrl = publicUrl;
    }

    @Override
    public void register(RoutesConfig routes) {
        routes.get("/join.sh", this::join);
        routes.get("/dist/{file}", this::file);
    }

    private void join(Context ctx) throws IOException {
        ctx.contentType("text/plain; charset=utf-8").result(JoinScript.of(publicUrl, files()));
    }

    private void file(Context ctx) throws IOException {
        String name = ctx.pathParam("file");
        Map<String, Download> files = files();
        if (name.equals(CHECKSUMS)) {
            ctx.contentType("text/plain; charset=utf-8")
                    .result(files.values().stream()
                            .map(file -> "%s  %s%n".formatted(file.sha256(), file.name()))
                            .collect(Collectors.joining()));
            return;
        }
        Download file = files.get(name);
        if (file == null) {
            throw new ApiException(
                    ErrorCode.NOT_FOUND,
                    "[%s] is not given out; take one of: %s, %s"
                            .formatted(name, String.join(", ", files.keySet()), CHECKSUMS));
        }
        ctx.contentType("application/octet-stream");
        ctx.header("Content-Disposition", FileTypes.attachment(name));
        ByteRanges.send(ctx, file.sizeBytes(), "\"" + file.sha256() + "\"", (offset, length) -> {
            InputStream in = Files.newInputStream(file.path());
            in.skipNBytes(offset);
            return in;
        });
    }

    private Map<String, Download> files() throws IOException {
        if (downloads.isEmpty()) {
            throw new ApiException(
                    ErrorCode.NOT_FOUND,
                    "[dist] this server was not started from a distribution; run `make build` and start it by"
                            + " dist/roundelay/bin/roundelay, or install the Python package");
        }
        return downloads.get().all();
    }
}
