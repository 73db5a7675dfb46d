package dev.roundelay.benchmarks.fleet;

import java.io.IOException;
import java.io.OutputStream;

/// The body of a request. Immutable; it can be written any number of times.
interface Payload {
    /// No body.
    Payload NONE = new Bytes(new byte[0]);

    /// Returns the number of bytes.
    long length();

    /// Writes them all.
    void writeTo(OutputStream out) throws IOException;

    /// A body in memory.
    record Bytes(byte[] bytes) implements Payload {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            out.write(bytes);
        }
    }
}
