package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;

/// Reads bodies of callers who have yet to prove who they are: small ones, and for a short time only, so that nobody
/// fills the memory or holds a thread with one byte a minute.
///
/// @param maxBytes of a body
/// @param time     from the first look at the body to its end
/// @param nanos    monotonic, such as `System::nanoTime`
public record OpenBody(int maxBytes, Duration time, LongSupplier nanos) {
    /// Returns the limits of the contract: 64 KiB in 10 seconds.
    public static OpenBody limits(LongSupplier nanos) {
        return new OpenBody(64 << 10, Duration.ofSeconds(10), nanos);
    }

    /// Returns the JSON body; unknown fields are refused by name.
    ///
    /// @throws ApiException `too_large`, or `invalid_request` also for one that came too slowly
    public <T> T read(Context ctx, Class<T> type) {
        return Requests.value(bytes(ctx), type);
    }

    private byte[] bytes(Context ctx) {
        long start = nanos.getAsLong();
        byte[] bytes = new byte[maxBytes + 1];
        int held = 0;
        // Not closed after a refusal: closing would read the rest first, however slowly it comes.
        try {
            InputStream in = ctx.bodyInputStream();
            for (int count = 0; count >= 0; count = in.read(bytes, held, bytes.length - held)) {
                held += count;
                if (held > maxBytes) {
                    throw new ApiException(
                            ErrorCode.TOO_LARGE,
                            "[body] is larger than %,d bytes; nothing that is sent here is".formatted(maxBytes));
                }
                if (nanos.getAsLong() - start > time.toNanos()) {
                    throw new ApiException(
                            ErrorCode.INVALID_REQUEST,
                            "[body] took longer than %d ms; send it at once".formatted(time.toMillis()));
                }
            }
        } catch (IOException e) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "[body] ended early; send it again");
        }
        return Arrays.copyOf(bytes, held);
    }
}
