package dev.roundelay.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.Problem;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Answers what is refused before any route is looked for, such as a head that is too large, in the words of all other
/// problems and with their headers. Jetty's own page would be HTML that repeats the address.
final class TransportErrors implements Request.Handler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ErrorCode code = switch (response.getStatus()) {
            case 413, 414, 431 -> ErrorCode.TOO_LARGE;
            default -> response.getStatus() < 500 ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL;
        };
        ResponseHeaders.FIXED.forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put("Content-Type", "application/problem+json");
        response.write(true, ByteBuffer.wrap(body(code)), callback);
        return true;
    }

    private static byte[] body(ErrorCode code) {
        try {
            return Json.strict()
                    .writeValueAsBytes(new Problem(
                            code.toString(),
                            "[request] its head cannot be taken as it is; send a shorter or a plainer one",
                            code.hint(),
                            "",
                            Map.of()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a problem must be writable as JSON", e);
        }
    }
}
