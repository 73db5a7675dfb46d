package dev.roundelay.worker.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.roundelay.contract.Json;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The frames of the package comment. Reading and writing may happen on two threads, each on one only.
final class HarnessProtocol {
    static final int MAX_FRAME_BYTES = 1 << 20;

    private static final JsonMapper JSON = Json.lenient();

    private final DataInputStream in;
    private final DataOutputStream out;

    HarnessProtocol(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /// Writes one frame.
    void write(Object message) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(message);
        if (bytes.length > MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("[harness] a request of " + bytes.length + " bytes; make it smaller");
        }
        byte[] frame = new byte[4 + bytes.length];
        java.nio.ByteBuffer.wrap(frame).putInt(bytes.length).put(bytes);
        out.write(frame);
        out.flush();
    }

    /// Returns the next frame, or empty at the end of the pipe.
    ///
    /// @throws HarnessProtocolException if what comes is no frame
    Optional<JsonNode> read() throws IOException {
        int length;
        try {
            length = in.readInt();
        } catch (EOFException e) {
            return Optional.empty();
        }
        if (length <= 0 || length > MAX_FRAME_BYTES) {
            throw new HarnessProtocolException("a frame of " + Integer.toUnsignedString(length) + " bytes", null);
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            return Optional.empty();
        }
        try {
            JsonNode node = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
            if (node == null || !node.isObject()) {
                throw new HarnessProtocolException("a frame that is no JSON object", null);
            }
            return Optional.of(node);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new HarnessProtocolException("a frame that is no JSON", e);
        }
    }

    /// The harness does not keep to the protocol: user code has meddled with its pipe.
    static final class HarnessProtocolException extends IOException {
        HarnessProtocolException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
