package dev.roundelay.tensors.quantization;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.crc.Crc32c;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsSink;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorLayout;
import dev.roundelay.tensors.tensor.TensorSpec;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Weights with some tensors encoded, as safetensors: an encoded tensor has its own name and place, dtype U8 and the
/// bytes of [Encoding#encodedBytes], and the metadata says under `encoding:<name>` what it is, such as
/// `blockwise8 F32 64,1000`. The same weights give the same bytes. Stateless.
public final class QuantizedFile {
    private static final String PREFIX = "encoding:";

    private QuantizedFile() {}

    /// Writes weights encoded. The file is not synced.
    ///
    /// @param plain    open, and left open
    /// @param metadata strings for the file besides those of the encodings
    /// @param out      must not exist
    /// @return the checksum of the whole file
    /// @throws TensorFormatException with `OUT_OF_RANGE` if an element is beyond what float16 or bfloat16 holds
    public static Crc32c encode(SafetensorsReader plain, Quantization how, Map<String, String> metadata, Path out)
            throws IOException {
        TensorCodec codec = new TensorCodec();
        Map<String, String> all = new LinkedHashMap<>(metadata);
        Map<String, Encoding> chosen = new LinkedHashMap<>();
        List<TensorSpec> specs = new ArrayList<>();
        for (TensorView tensor : plain.views()) {
            codec.choose(tensor, how).ifPresent(encoding -> chosen.put(tensor.name(), encoding));
            Encoding encoding = chosen.get(tensor.name());
            if (encoding == null) {
                specs.add(tensor.spec());
            } else {
                long bytes = encoding.encodedBytes(tensor.shape().elementCount());
                specs.add(new TensorSpec(tensor.name(), DType.U8, Shape.of(bytes)));
                all.put(PREFIX + tensor.name(), description(encoding, tensor.spec()));
            }
        }
        try (SafetensorsSink sink = SafetensorsSink.create(out, TensorLayout.of(specs), all)) {
            for (TensorView tensor : plain.views()) {
                Encoding encoding = chosen.get(tensor.name());
                if (encoding == null) {
                    sink.write(tensor.segment());
                } else {
                    codec.encode(tensor, encoding, sink);
                }
            }
            return sink.finish();
        }
    }

    /// Returns the tensors that an encoded file stands for.
    ///
    /// @throws TensorFormatException with `BAD_ENCODING` if it says something else of a tensor than that holds
    public static TensorLayout decodedLayout(SafetensorsReader coded) {
        return TensorLayout.of(coded.layout().entries().stream()
                .map(entry -> plain(coded, entry).spec())
                .toList());
    }

    /// Writes the weights of an encoded file, with its metadata but for the encodings. The file is not synced.
    ///
    /// @param coded open, and left open
    /// @param out   must not exist
    /// @return the checksum of the whole file
    /// @throws TensorFormatException as [#decodedLayout]
    public static Crc32c decode(SafetensorsReader coded, Path out) throws IOException {
        TensorLayout layout = decodedLayout(coded);
        Map<String, String> metadata = new LinkedHashMap<>(coded.metadata());
        metadata.keySet().removeIf(key -> key.startsWith(PREFIX));
        TensorCodec codec = new TensorCodec();
        try (SafetensorsSink sink = SafetensorsSink.create(out, layout, metadata)) {
            for (TensorLayout.Entry entry : coded.layout().entries()) {
                Plain plain = plain(coded, entry);
                TensorView bytes = coded.view(entry.name());
                if (plain.encoding() == null) {
                    sink.write(bytes.segment());
                } else {
                    codec.decode(bytes.segment(), plain.encoding(), plain.spec(), sink);
                }
            }
            return sink.finish();
        }
    }

    private record Plain(TensorSpec spec, @Nullable Encoding encoding) {}

    private static String description(Encoding encoding, TensorSpec spec) {
        List<String> dimensions =
                spec.shape().dimensions().stream().map(String::valueOf).toList();
        return encoding + " " + spec.dtype() + " " + String.join(",", dimensions);
    }

    private static Plain plain(SafetensorsReader coded, TensorLayout.Entry entry) {
        String description = coded.metadata().get(PREFIX + entry.name());
        if (description == null) {
            return new Plain(entry.spec(), null);
        }
        String[] parts = description.split(" ", 3);
        Encoding encoding =
                Encoding.find(parts[0]).orElseThrow(() -> bad(entry.name(), description, "an encoding that is known"));
        DType dtype = parts.length < 3
                ? null
                : DType.find(parts[1]).filter(DType::isFloating).orElse(null);
        if (dtype == null) {
            throw bad(entry.name(), description, "a floating dtype and a shape");
        }
        TensorSpec spec =
                new TensorSpec(entry.name(), dtype, new Shape(dimensions(entry.name(), description, parts[2])));
        long elements = spec.shape().elementCount();
        boolean fits = entry.dtype() == DType.U8
                && elements <= Long.MAX_VALUE / Long.SIZE
                && encoding.encodedBytes(elements) == entry.byteSize();
        if (!fits) {
            throw bad(
                    entry.name(),
                    description,
                    "as many bytes of U8 as that takes, got " + entry.dtype() + entry.shape());
        }
        return new Plain(spec, encoding);
    }

    private static List<Long> dimensions(String name, String description, String text) {
        try {
            List<Long> dimensions = new ArrayList<>();
            for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
                dimensions.add(Long.parseLong(part));
            }
            return dimensions;
        } catch (NumberFormatException e) {
            throw bad(name, description, "a shape of numbers");
        }
    }

    private static TensorFormatException bad(String name, String description, String expected) {
        return new TensorFormatException(
                TensorFault.BAD_ENCODING,
                name,
                "its encoding is " + TensorFormatException.shown(description) + ", expected " + expected,
                "install the same release on server and worker");
    }
}
