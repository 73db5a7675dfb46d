package dev.roundelay.s3;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Ends request bodies that trickle. What counts is the time that the server waits for bytes: while it does something
/// else with those that it has, nobody is slow. After the grace time, each further second of waiting has to be paid by
/// as many bytes as the rate says, counted over the whole body: a link that stalls now and then is none the worse.
public final class BodyPace extends Handler.Wrapper {
    private final Rate rate;
    private final LongSupplier nanos;

    /// @param nanos monotonic, such as `System::nanoTime`
    public BodyPace(Rate rate, LongSupplier nanos) {
        this.rate = rate;
        this.nanos = nanos;
    }

    /// How slow a body may be.
    ///
    /// @param bytesASecond at least, after the grace time
    /// @param grace        of waiting, in all, that nobody has to pay for
    public record Rate(long bytesASecond, Duration grace) {
        /// Returns 4 KiB a second after a minute: 32 kbit/s, of which a slow mobile link has several times as much.
        public static Rate usual() {
            return new Rate(4 << 10, Duration.ofSeconds(60));
        }
    }

    /// A body came too slowly.
    public static final class SlowBodyException extends IOException {
        private static final long serialVersionUID = 1;

        SlowBodyException(String message) {
            super(message);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        boolean hasBody = request.getLength() != 0;
        return super.handle(hasBody ? new Paced(request) : request, response, callback);
    }

    private final class Paced extends Request.Wrapper {
        private long bytes;
        private long waited;
        private @Nullable SlowBodyException slow;

        Paced(Request request) {
            super(request);
        }

        @Override
        public void demand(Runnable whenThere) {
            long began = nanos.getAsLong();
            super.demand(() -> {
                waited += nanos.getAsLong() - began;
                whenThere.run();
            });
        }

        @Override
        public Content.@Nullable Chunk read() {
            if (slow != null) {
                return Content.Chunk.from(slow, true);
            }
            Content.Chunk chunk = super.read();
            if (chunk == null || chunk.isLast()) {
                return chunk;
            }
            bytes += chunk.remaining();
            long beyond = waited - rate.grace().toNanos();
            if (beyond <= 0 || bytes >= beyond / 1e9 * rate.bytesASecond()) {
                return chunk;
            }
            chunk.release();
            slow = new SlowBodyException(
                    "[body] %,d bytes came in %d s of waiting; after %d s it has to be %,d bytes a second"
                            .formatted(
                                    bytes, waited / 1_000_000_000, rate.grace().toSeconds(), rate.bytesASecond()));
            return Content.Chunk.from(slow, true);
        }
    }
}
