package dev.roundelay.cli.export;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A protobuf message that grows field by field; as much of the encoding as event files need.
final class Protobuf {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Protobuf number(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    Protobuf real64(int field, double value) {
        key(field, FIXED64);
        raw(littleEndian(8).putDouble(value));
        return this;
    }

    Protobuf real32(int field, float value) {
        key(field, FIXED32);
        raw(littleEndian(4).putFloat(value));
        return this;
    }

    Protobuf text(int field, String value) {
        return block(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Protobuf message(int field, Protobuf value) {
        return block(field, value.bytes());
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    private Protobuf block(int field, byte[] value) {
        key(field, LENGTH);
        varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private void key(int field, int kind) {
        varint(((long) field << 3) | kind);
    }

    // Seven bits at a time, the lowest first; a negative number is taken as unsigned, as protobuf does for int64.
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private void raw(ByteBuffer value) {
        bytes.writeBytes(value.array());
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
