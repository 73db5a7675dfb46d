package dev.roundelay.s3.awssdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The part of an object that a read wants.
///
/// @param partial whether a range was asked for
record ByteRange(long offset, long length, long total, boolean partial) {
    /// Reads a Range header (`bytes=a-b`, `bytes=a-`, `bytes=-n`; null for the whole object).
    ///
    /// @throws S3Exception 416 if no byte of it exists
    static ByteRange parse(@Nullable String header, long total) {
        if (header == null) {
            return new ByteRange(0, total, total, false);
        }
        String text = header.substring(header.indexOf('=') + 1).strip();
        int dash = text.indexOf('-');
        long first;
        long last = total - 1;
        try {
            if (dash == 0) {
                long suffix = Long.parseLong(text.substring(1));
                first = suffix == 0 ? total : Math.max(0, total - suffix);
            } else {
                first = Long.parseLong(text.substring(0, dash));
                if (dash < text.length() - 1) {
                    last = Math.min(last, Long.parseLong(text.substring(dash + 1)));
                }
            }
        } catch (NumberFormatException e) {
            throw S3Errors.error(400, "InvalidArgument", "the range '%s' has no numbers".formatted(header));
        }
        if (first >= total) {
            throw S3Errors.error(
                    416, "InvalidRange", "the range '%s' begins behind the end of %d bytes".formatted(header, total));
        }
        return new ByteRange(first, last - first + 1, total, true);
    }

    String contentRange() {
        return "bytes %d-%d/%d".formatted(offset, offset + length - 1, total);
    }
}
