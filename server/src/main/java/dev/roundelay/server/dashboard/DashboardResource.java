package dev.roundelay.server.dashboard;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.server.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPOutputStream;

/// The dashboard's pages and their files, open to everybody: they hold no data. One page answers every address of
/// the dashboard; which of its views is shown, its script decides.
public final class DashboardResource implements Routes {
    /// What a page may do: run and show what came from here, and nothing else.
    static final String POLICY = "default-src 'none'; script-src 'self'; worker-src 'self';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' blob:; font-src 'self'; connect-src 'self';"
            + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static final List<String> PAGES =
            List.of("/", "/login", "/dashboard", "/dashboard/<path>", "/profile", "/admin", "/admin/<path>");
    private static final String NOT_BUILT =
            "This build carries no pages. Run `make build` and start dist/roundelay/bin/roundelay.\n";
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private final WebFolder folder;
    private final String publicUrl;
    private final ConcurrentHashMap<String, byte[]> packed = new ConcurrentHashMap<>();

    /// @param publicUrl how browsers reach the server
    public DashboardResource(WebFolder folder, String publicUrl) {
        this.folder = folder;
        this.publicUrl = publicUrl;
    }

    @Override
    public void register(RoutesConfig routes) {
        PAGES.forEach(path -> routes.get(path, this::page));
        routes.get("/assets/{file}", this::asset);
        routes.get("/favicon.svg", this::favicon);
        routes.get("/docs/errors", this::errors);
    }

    private void page(Context ctx) {
        Optional<byte[]> built = folder.file("index.html");
        if (built.isEmpty()) {
            ctx.status(501).contentType("text/plain; charset=utf-8").result(NOT_BUILT);
            return;
        }
        ctx.header("Content-Security-Policy", POLICY);
        ctx.header("Cache-Control", "no-cache");
        ctx.contentType("text/html; charset=utf-8").result(StartPage.of(built.get(), publicUrl));
    }

    private void errors(Context ctx) {
        ctx.header("Content-Security-Policy", ErrorsPage.POLICY);
        ctx.header("Cache-Control", "no-cache");
        ctx.contentType("text/html; charset=utf-8").result(ErrorsPage.built());
    }

    private void asset(Context ctx) {
        String name = ctx.pathParam("file");
        byte[] bytes = folder.asset(name).orElseThrow(() -> notThere(name));
        // A worker takes its policy from the answer that brought its script, not from its page.
        ctx.header("Content-Security-Policy", POLICY);
        ctx.header("Cache-Control", FOR_EVER);
        send(ctx, name, bytes);
    }

    private void favicon(Context ctx) {
        byte[] bytes = folder.file("favicon.svg").orElseThrow(() -> notThere("favicon.svg"));
        ctx.header("Cache-Control", "public, max-age=86400");
        send(ctx, "favicon.svg", bytes);
    }

    private void send(Context ctx, String name, byte[] bytes) {
        ctx.disableCompression();
        ctx.header("Vary", "Accept-Encoding");
        ctx.contentType(WebFolder.type(name));
        if (acceptsGzip(ctx)) {
            ctx.header("Content-Encoding", "gzip");
            // Kept: only files of this build get here, so their number is small.
            ctx.result(packed.computeIfAbsent(name, _ -> gzip(bytes)));
        } else {
            ctx.result(bytes);
        }
    }

    private static boolean acceptsGzip(Context ctx) {
        String accepted = ctx.header("Accept-Encoding");
        return accepted != null
                && Arrays.stream(accepted.split(","))
                        .map(String::strip)
                        .anyMatch(coding -> coding.equals("gzip") || coding.startsWith("gzip;q=0."));
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 3);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can be packed", e);
        }
        return out.toByteArray();
    }

    private static ApiException notThere(String name) {
        return new ApiException(
                ErrorCode.NOT_FOUND, "[%s] is no file of this build's pages; load the page again".formatted(name));
    }
}
