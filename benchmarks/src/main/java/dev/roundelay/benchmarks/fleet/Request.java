package dev.roundelay.benchmarks.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import java.util.ArrayList;
import java.util.List;

/// One call to the server.
///
/// @param what    the kind of call, under which its errors are counted
/// @param headers whole lines, without their ends
record Request(String what, String method, String path, List<String> headers, Payload body) {
    Request {
        headers = List.copyOf(headers);
    }

    /// Returns a call without a body.
    static Request of(String what, String method, String path) {
        return new Request(what, method, path, List.of(), Payload.NONE);
    }

    /// Returns this call with a further header.
    Request with(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name + ": " + value);
        return new Request(what, method, path, more, body);
    }

    /// Returns this call with a record as its body.
    Request json(Object content) {
        try {
            return with("Content-Type", "application/json")
                    .body(new Payload.Bytes(Json.lenient().writeValueAsBytes(content)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of the contract must be writable", e);
        }
    }

    /// Returns this call with that body.
    Request body(Payload content) {
        return new Request(what, method, path, headers, content);
    }
}
