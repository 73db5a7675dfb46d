package dev.roundelay.s3;

import dev.roundelay.storage.ObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;

/// The S3 endpoint: a Jetty of its own on a port of its own, each request on a virtual thread.
public final class S3Server implements AutoCloseable {
    private static final int HEADER_BYTES = 16 << 10;
    private static final int OUTPUT_BYTES = 64 << 10;
    private static final long IDLE_MILLIS = 60_000;

    private final Server server;
    private final ServerConnector connector;

    /// Builds a plain HTTP endpoint; nothing is bound before [#start].
    public S3Server(S3Config config, S3Credentials credentials, ObjectStore objects, InstantSource clock) {
        this(config, credentials, objects, clock, null);
    }

    /// @param tls certificate and key, or null for plain HTTP
    public S3Server(
            S3Config config,
            S3Credentials credentials,
            ObjectStore objects,
            InstantSource clock,
            @Nullable SSLContext tls) {
        this(config, credentials, objects, clock, tls, TransportBounds.local());
    }

    /// @param tls certificate and key, or null for plain HTTP
    public S3Server(
            S3Config config,
            S3Credentials credentials,
            ObjectStore objects,
            InstantSource clock,
            @Nullable SSLContext tls,
            TransportBounds bounds) {
        this.server = new Server(threads());
        this.connector = new LimitedConnector(server, bounds.connections(), protocols(tls, bounds.headTime()));
        connector.setHost(config.listen());
        connector.setPort(config.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        BodyPace pace = new BodyPace(bounds.pace(), System::nanoTime);
        pace.setHandler(context(new S3Servlet(config, credentials, objects, clock)));
        server.setHandler(pace);
    }

    private static QueuedThreadPool threads() {
        var pool = new QueuedThreadPool(16, 2);
        pool.setName("s3");
        var virtual = new VirtualThreadPool();
        virtual.setName("s3-request");
        pool.setVirtualThreadsExecutor(virtual);
        return pool;
    }

    private static ConnectionFactory[] protocols(@Nullable SSLContext tls, Duration headTime) {
        var http = new HeadDeadline(httpConfiguration(), headTime);
        if (tls == null) {
            return new ConnectionFactory[] {http};
        }
        var factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        return AbstractConnectionFactory.getFactories(factory, http);
    }

    private static HttpConfiguration httpConfiguration() {
        var http = new HttpConfiguration();
        http.setHttpCompliance(HttpCompliance.LEGACY);
        http.setUriCompliance(UriCompliance.LEGACY);
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(HEADER_BYTES);
        http.setHeaderCacheSize(LimitedConnector.HEADER_CACHE);
        http.setOutputBufferSize(OUTPUT_BYTES);
        // Signatures cover header values to the letter; the cache would change the case of some.
        http.setHeaderCacheCaseSensitive(true);
        return http;
    }

    private static ServletContextHandler context(S3Servlet servlet) {
        var context = new ServletContextHandler("/");
        var handler = new ServletHandler();
        // Keys may hold %2F, dots and empty segments.
        handler.setDecodeAmbiguousURIs(true);
        context.setServletHandler(handler);
        context.addServlet(new ServletHolder("s3", servlet), "/*");
        return context;
    }

    /// Binds the port and begins to serve.
    ///
    /// @throws IOException if the address is taken or unknown
    public S3Server start() throws IOException {
        try {
            server.start();
            return this;
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("[s3 endpoint] could not start: " + e.getMessage(), e);
        }
    }

    /// Returns the port that is bound, the real one if 0 was asked for.
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("[s3 endpoint] could not stop: " + e.getMessage(), e);
        }
    }
}
