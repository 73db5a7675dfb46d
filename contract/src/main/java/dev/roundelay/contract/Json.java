package dev.roundelay.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/// The JSON of every wire of Roundelay: camelCase names, RFC 3339 times, enum values as their `toString()`.
///
/// One codec for server, worker and SDK keeps the three from drifting apart (docs/adr/0001). Instances of
/// `JsonMapper` are immutable here and safe for any number of threads.
public final class Json {
    private static final int BUFFERS = 64;
    private static final JsonMapper STRICT =
            builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private static final JsonMapper LENIENT = builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            .build();

    private Json() {}

    /// Returns the mapper of a server: an unknown field is an error that names it.
    public static JsonMapper strict() {
        return STRICT;
    }

    /// Returns the mapper of a client: an unknown field or enum value of a newer server is passed over.
    public static JsonMapper lenient() {
        return LENIENT;
    }

    private static JsonMapper.Builder builder() {
        return JsonMapper.builder(JsonFactory.builder()
                        // By default each thread keeps its buffers, some 10 KB: of a server's virtual threads, each
                        // makes them once and has them for as long as its call is parked.
                        .recyclerPool(JsonRecyclerPools.newBoundedPool(BUFFERS))
                        .build())
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
                .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .defaultPropertyInclusion(
                        JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS));
    }
}
