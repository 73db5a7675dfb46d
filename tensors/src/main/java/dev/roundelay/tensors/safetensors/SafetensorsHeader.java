package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands before the data of a safetensors file.
///
/// @param jsonBytes size of the JSON, padding included
/// @param layout tensors in header order, which is the order of their data
/// @param metadata free strings, in header order
record SafetensorsHeader(long jsonBytes, TensorLayout layout, Map<String, String> metadata) {
    /// Bytes of the header's size, before the header.
    static final int PREFIX_BYTES = Long.BYTES;

    static final String METADATA_KEY = "__metadata__";

    private static final ValueLayout.OfLong LITTLE_LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /// Where the data starts in the file.
    long dataOffset() {
        return PREFIX_BYTES + jsonBytes;
    }

    /// Reads and checks the header of a whole file.
    ///
    /// @throws TensorFormatException if the file is not sound or exceeds `limits`
    static SafetensorsHeader parse(MemorySegment file, SafetensorsLimits limits) {
        long size = file.byteSize();
        if (size > limits.maxTotalBytes()) {
            throw new TensorFormatException(
                    TensorFault.TOO_LARGE,
                    "the file has " + size + " bytes, at most " + limits.maxTotalBytes() + " are allowed",
                    "make the model smaller or raise the limit");
        }
        if (size < PREFIX_BYTES) {
            throw truncated("the file has " + size + " bytes, too few for a header");
        }
        long jsonBytes = file.get(LITTLE_LONG, 0);
        if (jsonBytes < 0 || jsonBytes > limits.maxHeaderBytes()) {
            throw new TensorFormatException(
                    TensorFault.HEADER_TOO_LARGE,
                    "the header has " + Long.toUnsignedString(jsonBytes) + " bytes, at most " + limits.maxHeaderBytes()
                            + " are allowed",
                    "check that the file is a safetensors file; use fewer or shorter names and less metadata");
        }
        if (jsonBytes > size - PREFIX_BYTES) {
            throw truncated("the header has " + jsonBytes + " bytes, but only " + (size - PREFIX_BYTES) + " follow");
        }
        SafetensorsHeader header = new Json(file.asSlice(PREFIX_BYTES, jsonBytes), limits).header();
        header.requireEnd(size);
        return header;
    }

    private void requireEnd(long fileSize) {
        long dataBytes = fileSize - dataOffset();
        if (dataBytes < layout.byteSize()) {
            throw truncated(
                    "the tensors have " + layout.byteSize() + " bytes, but only " + dataBytes + " follow the header");
        }
        if (dataBytes > layout.byteSize()) {
            throw new TensorFormatException(
                    TensorFault.TRAILING_BYTES,
                    "the tensors have " + layout.byteSize() + " bytes, but " + dataBytes + " follow the header",
                    "write the file again; nothing may follow the last tensor");
        }
    }

    private static TensorFormatException truncated(String what) {
        return new TensorFormatException(TensorFault.TRUNCATED, what, "send the whole file again");
    }

    /// One pass over the JSON.
    private static final class Json {
        private final JsonHeaderParser json;
        private final long jsonBytes;
        private final SafetensorsLimits limits;
        private final List<TensorSpec> specs = new ArrayList<>();
        private final Set<String> names = new HashSet<>();
        private long dataBytes;

        Json(MemorySegment bytes, SafetensorsLimits limits) {
            this.json = new JsonHeaderParser(bytes);
            this.jsonBytes = bytes.byteSize();
            this.limits = limits;
        }

        SafetensorsHeader header() {
            Map<String, String> metadata = Map.of();
            json.require('{');
            if (!json.tryTake('}')) {
                do {
                    String name = json.string();
                    json.require(':');
                    if (!names.add(name)) {
                        throw new TensorFormatException(
                                TensorFault.DUPLICATE_NAME,
                                name,
                                "the name occurs twice in the header",
                                "give each tensor a name of its own");
                    }
                    if (name.equals(METADATA_KEY)) {
                        metadata = metadata();
                    } else {
                        tensor(name);
                    }
                } while (json.tryTake(','));
                json.require('}');
            }
            json.requireEnd();
            return new SafetensorsHeader(jsonBytes, TensorLayout.of(specs), metadata);
        }

        private Map<String, String> metadata() {
            Map<String, String> metadata = new LinkedHashMap<>();
            json.require('{');
            if (json.tryTake('}')) {
                return metadata;
            }
            do {
                String key = json.string();
                json.require(':');
                if (metadata.put(key, json.string()) != null) {
                    throw json.malformed("metadata key " + TensorFormatException.shown(key) + " occurs twice");
                }
            } while (json.tryTake(','));
            json.require('}');
            return Collections.unmodifiableMap(metadata);
        }

        private void tensor(String name) {
            if (specs.size() == limits.maxTensors()) {
                throw new TensorFormatException(
                        TensorFault.TOO_MANY_TENSORS,
                        "the file has more than " + limits.maxTensors() + " tensors",
                        "send only tensors of the global model; a first model may have "
                                + SafetensorsLimits.MAX_TENSORS);
            }
            @Nullable String dtypeName = null;
            @Nullable List<Long> dimensions = null;
            @Nullable List<Long> offsets = null;
            json.require('{');
            do {
                String field = json.string();
                json.require(':');
                switch (field) {
                    case "dtype" -> {
                        requireOnce(dtypeName, field);
                        dtypeName = json.string();
                    }
                    case "shape" -> {
                        requireOnce(dimensions, field);
                        dimensions = numbers();
                    }
                    case "data_offsets" -> {
                        requireOnce(offsets, field);
                        offsets = numbers();
                    }
                    default -> throw json.malformed("unknown field " + TensorFormatException.shown(field));
                }
            } while (json.tryTake(','));
            json.require('}');
            if (dtypeName == null || dimensions == null || offsets == null) {
                throw json.malformed(
                        "tensor " + TensorFormatException.shown(name) + " lacks dtype, shape or data_offsets");
            }
            TensorSpec spec = new TensorSpec(name, dtype(name, dtypeName), new Shape(dimensions));
            requirePlace(spec, offsets);
            specs.add(spec);
        }

        private void requireOnce(@Nullable Object earlier, String field) {
            if (earlier != null) {
                throw json.malformed("field " + field + " occurs twice");
            }
        }

        private List<Long> numbers() {
            List<Long> numbers = new ArrayList<>();
            json.require('[');
            if (json.tryTake(']')) {
                return numbers;
            }
            do {
                numbers.add(json.number());
            } while (json.tryTake(','));
            json.require(']');
            return numbers;
        }

        private static DType dtype(String name, String dtypeName) {
            return DType.find(dtypeName)
                    .orElseThrow(() -> new TensorFormatException(
                            TensorFault.UNKNOWN_DTYPE,
                            name,
                            "dtype " + TensorFormatException.shown(dtypeName) + " is not supported",
                            "convert the tensor to one of " + List.of(DType.values())));
        }

        private void requirePlace(TensorSpec spec, List<Long> offsets) {
            if (offsets.size() != 2) {
                throw json.malformed(
                        "data_offsets of tensor " + TensorFormatException.shown(spec.name()) + " are not two numbers");
            }
            long begin = offsets.get(0);
            long end = offsets.get(1);
            if (begin != dataBytes) {
                throw badOffsets(spec, "starts at " + begin + ", but the tensor before it ends at " + dataBytes);
            }
            if (end < begin || end - begin != spec.byteSize()) {
                throw badOffsets(
                        spec,
                        "reaches from " + begin + " to " + end + ", but " + spec.dtype() + spec.shape() + " has "
                                + spec.byteSize() + " bytes");
            }
            dataBytes = end;
        }

        private static TensorFormatException badOffsets(TensorSpec spec, String what) {
            return new TensorFormatException(
                    TensorFault.BAD_OFFSETS,
                    spec.name(),
                    what,
                    "write the tensors one behind the other, in header order");
        }
    }
}
