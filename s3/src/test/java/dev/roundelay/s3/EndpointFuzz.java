package dev.roundelay.s3;

import dev.roundelay.fuzz.DecoderFuzz;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A target behind the real endpoint, which is a fresh one now and then: what inputs have stored must not add up.
abstract class EndpointFuzz extends DecoderFuzz {
    static final String BUCKET = "/main-bucket";
    private static final int INPUTS_EACH = 5_000;

    private @Nullable TestEndpoint endpoint;
    private @Nullable WireClient client;
    private int inputs;

    @Override
    protected final Outcome decode(byte[] input) throws IOException {
        if (endpoint == null || client == null || inputs++ % INPUTS_EACH == 0) {
            stop();
            endpoint = TestEndpoint.inMemory();
            client = new WireClient(endpoint.port());
        }
        return decode(client, input);
    }

    /// Decodes an input by calls of this client.
    protected abstract Outcome decode(WireClient calls, byte[] input) throws IOException;

    private void stop() {
        if (client != null) {
            client.close();
        }
        if (endpoint != null) {
            endpoint.close();
        }
    }

    @org.junit.jupiter.api.AfterEach
    final void close() {
        stop();
        endpoint = null;
    }
}
