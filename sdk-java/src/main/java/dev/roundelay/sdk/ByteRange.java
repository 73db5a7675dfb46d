package dev.roundelay.sdk;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// An open answer whose body the caller reads and closes.
///
/// @param status 200, or 206 for the rest of an object
/// @param etag   of the object, without quotes; null if the server sent none
record ByteRange(int status, @Nullable String etag, InputStream body) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        body.close();
    }
}
