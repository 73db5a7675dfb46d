package dev.roundelay.server.http;

import dev.roundelay.contract.ErrorCode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Sends bytes, whole or the range that was asked for.
public final class ByteRanges {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");
    private static final int BUFFER_BYTES = 1 << 17;

    private ByteRanges() {}

    /// Opens a range of some bytes.
    public interface Source {
        /// @return exactly `length` bytes from `offset`
        InputStream open(long offset, long length) throws IOException;
    }

    /// Answers with the bytes: 200, 206 with a range, 304 if the caller has them.
    ///
    /// @param etag with quotes; null for none
    /// @throws ApiException `range_not_satisfiable`
    public static void send(Context ctx, long size, @Nullable String etag, Source source) throws IOException {
        ctx.disableCompression();
        ctx.header("Accept-Ranges", "bytes");
        if (etag != null) {
            ctx.header("ETag", etag);
            if (etag.equals(ctx.header("If-None-Match"))) {
                ctx.status(304);
                return;
            }
        }
        long first = 0;
        long last = size - 1;
        Matcher range = RANGE.matcher(java.util.Objects.requireNonNullElse(ctx.header("Range"), ""));
        String ifRange = ctx.header("If-Range");
        if (range.matches() && (ifRange == null || ifRange.equals(etag))) {
            String from = range.group(1);
            String to = range.group(2);
            if (from.isEmpty() && !to.isEmpty()) {
                first = Math.max(0, size - Long.parseLong(to));
            } else if (!from.isEmpty()) {
                first = Long.parseLong(from);
                last = to.isEmpty() ? last : Math.min(last, Long.parseLong(to));
            }
            if (first > last) {
                ctx.header("Content-Range", "bytes */" + size);
                throw new ApiException(
                        ErrorCode.RANGE_NOT_SATISFIABLE,
                        "[Range] is outside the %d bytes; ask for less".formatted(size));
            }
            ctx.status(206).header("Content-Range", "bytes %d-%d/%d".formatted(first, last, size));
        }
        long length = last - first + 1;
        ctx.res().setContentLengthLong(length);
        if (length == 0 || ctx.req().getMethod().equals("HEAD")) {
            return;
        }
        try (InputStream in = source.open(first, length)) {
            copy(in, ctx.res().getOutputStream(), length);
        }
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, length)];
        long left = length;
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (count < 0) {
                throw new IOException("the stored bytes ended %d bytes early".formatted(left));
            }
            out.write(buffer, 0, count);
            left -= count;
        }
        out.flush();
    }
}
