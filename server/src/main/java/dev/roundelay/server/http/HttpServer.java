package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.s3.BodyPace;
import dev.roundelay.s3.HeadDeadline;
import dev.roundelay.s3.LimitedConnector;
import dev.roundelay.s3.TransportBounds;
import dev.roundelay.server.active.Standing;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.sse.SseHandler;
import io.javalin.router.Endpoint;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/// The HTTP server: one connector, virtual threads, all routes, one place for errors.
public final class HttpServer implements AutoCloseable {
    /// Answered by a standby too: it lives, and says that it is not active.
    private static final Set<String> ALWAYS =
            Set.of("/healthz", "/readyz", "/openapi.yaml", "/metrics", "/ca.crt", "/ca.pem");

    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int IDLE_TIMEOUT_MILLIS = 65_000;

    private final Javalin javalin;
    private final SecureRandom random;
    private final Supplier<Standing> standing;
    private List<Endpoint> endpoints = List.of();

    /// Where to listen.
    ///
    /// @param port 0 for any free one
    /// @param tls      null for plain HTTP
    /// @param bounds   what callers may cost before and beside their requests
    public record Listen(String host, int port, SslContextFactory.@Nullable Server tls, TransportBounds bounds) {
        /// Without a limit of connections.
        public Listen(String host, int port, SslContextFactory.@Nullable Server tls) {
            this(host, port, tls, TransportBounds.local());
        }
    }

    /// Creates a server that is not started yet.
    ///
    /// @param standing whether this server may serve; else every call answers 503 with the reason
    public HttpServer(Listen listen, Supplier<Standing> standing, List<Routes> routes, SecureRandom random) {
        this.standing = standing;
        this.random = random;
        this.javalin = Javalin.create(config -> configure(config, listen, routes));
    }

    private void configure(JavalinConfig config, Listen listen, List<Routes> routes) {
        config.startup.showJavalinBanner = false;
        config.concurrency.useVirtualThreads = true;
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = Long.MAX_VALUE;
        config.http.generateEtags = false;
        config.jetty.modifyServer(server -> {
            server.setErrorHandler(new TransportErrors());
            // Javalin puts its own handlers behind it.
            server.setHandler(new BodyPace(listen.bounds().pace(), System::nanoTime));
        });
        config.jetty.modifyServletContextHandler(context -> context.setErrorHandler(new TransportErrors()));
        config.jetty.addConnector((server, http) -> connector(server, http, listen));
        config.routes.before(ctx -> {
            ctx.attribute(ResponseHeaders.REQUEST_ID, requestId());
            ResponseHeaders.set(ctx);
            Standing now = standing.get();
            if (now != Standing.SERVES && !ALWAYS.contains(ctx.path())) {
                throw new ApiException(ErrorCode.NOT_ACTIVE, "[server] " + now.words());
            }
        });
        config.routes.exception(Exception.class, (exception, ctx) -> Problems.answer(ctx, exception));
        config.routes.error(404, ctx -> {
            if (ctx.result() == null
                    || !"application/problem+json".equals(ctx.res().getContentType())) {
                Problems.answer(
                        ctx,
                        ErrorCode.NO_SUCH_ROUTE,
                        "[%s] there is no such route; see /openapi.yaml".formatted(ctx.path()),
                        Map.of());
            }
        });
        routes.forEach(resource -> resource.register(config.routes));
        endpoints = config.unsafe.internalRouter.allHttpHandlers().stream()
                .map(entry -> entry.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .toList();
        endpoints.stream()
                .filter(endpoint -> endpoint.method == HandlerType.GET)
                .forEach(endpoint -> config.routes.head(endpoint.path, head(endpoint.handler)));
    }

    /// Returns what answers HEAD where GET has this handler: the same, of which the connection sends the head
    /// alone. Left to Javalin, HEAD is 200 wherever there is a GET, whoever asks and for whatever.
    private static Handler head(Handler get) {
        return get instanceof SseHandler
                ? _ -> {
                    throw new ApiException(
                            ErrorCode.METHOD_NOT_ALLOWED, "[HEAD] a stream of events has no length; send GET");
                }
                : get;
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, Listen listen) {
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setHeaderCacheSize(LimitedConnector.HEADER_CACHE);
        http.setSendServerVersion(false);
        HttpConnectionFactory plain = new HeadDeadline(http, listen.bounds().headTime());
        ServerConnector connector;
        SslContextFactory.Server tls = listen.tls();
        if (tls == null) {
            connector = new LimitedConnector(server, listen.bounds().connections(), plain);
        } else {
            // No answer depends on the name in the request, so a client that calls by another one than the certificate
            // has
            // may decide for itself: it fetches /ca.crt before it trusts anything.
            http.addCustomizer(new SecureRequestCustomizer(false));
            connector = new LimitedConnector(
                    server, listen.bounds().connections(), new SslConnectionFactory(tls, "http/1.1"), plain);
        }
        connector.setHost(listen.host());
        connector.setPort(listen.port());
        connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
        return connector;
    }

    private String requestId() {
        byte[] bytes = new byte[9];
        random.nextBytes(bytes);
        return "req_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// Starts to listen.
    ///
    /// @return the address, with the real port
    public InetSocketAddress start() {
        javalin.start();
        return new InetSocketAddress("localhost", javalin.port());
    }

    /// Returns every route as method and path, such as `GET /api/v1/jobs/{id}`; each GET is a HEAD too.
    public List<String> endpoints() {
        return endpoints.stream()
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .toList();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
