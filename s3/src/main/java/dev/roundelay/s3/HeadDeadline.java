package dev.roundelay.s3;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/// Makes HTTP connections that are closed when the head of a request takes too long to arrive: Jetty's idle timeout
/// begins anew with every byte, so whoever sends one a minute would hold a connection for days. Nobody has proven who
/// they are at that point. A connection that waits for its next request is none of its business.
public final class HeadDeadline extends HttpConnectionFactory {
    private final Duration time;

    /// @param time from the opening of a connection to the end of its first head (with TLS, of the handshake too), and
    ///     from the first byte to the end of each further head
    public HeadDeadline(HttpConfiguration http, Duration time) {
        super(http);
        this.time = time;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        HttpConnection connection = new Watched(getHttpConfiguration(), connector, endPoint, time);
        connection.setUseInputDirectByteBuffers(isUseInputDirectByteBuffers());
        connection.setUseOutputDirectByteBuffers(isUseOutputDirectByteBuffers());
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
    }

    private static final class Watched extends HttpConnection {
        private final Duration time;
        private Scheduler.@Nullable Task deadline;
        private boolean hadRequest;

        Watched(HttpConfiguration http, Connector connector, EndPoint endPoint, Duration time) {
            super(http, connector, endPoint);
            this.time = time;
        }

        /// Called by the constructor above this one: nothing of this object is there yet.
        @Override
        protected RequestHandler newRequestHandler() {
            return new RequestHandler() {
                @Override
                public boolean headerComplete() {
                    arrived();
                    return super.headerComplete();
                }
            };
        }

        @Override
        public void onOpen() {
            arm();
            super.onOpen();
        }

        @Override
        public void onFillable() {
            super.onFillable();
            if (isInHead()) {
                arm();
            }
        }

        @Override
        public void onClose(@Nullable Throwable cause) {
            disarm();
            super.onClose(cause);
        }

        private boolean isInHead() {
            HttpParser parser = getParser();
            return parser.inHeaderState() && !parser.isStart();
        }

        private synchronized void arm() {
            if (deadline == null) {
                deadline = getConnector().getScheduler().schedule(this::late, time.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        private synchronized void disarm() {
            if (deadline != null) {
                deadline.cancel();
                deadline = null;
            }
        }

        private synchronized void arrived() {
            hadRequest = true;
            disarm();
        }

        private void late() {
            synchronized (this) {
                // Another thread may have read the rest of the head since this was armed.
                boolean inTime = deadline == null || (hadRequest && !isInHead());
                deadline = null;
                if (inTime) {
                    return;
                }
            }
            getEndPoint().close(new TimeoutException("the head of the request took longer than " + time));
        }
    }
}
