package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The bytes of a pickle, read from front to back with every length checked before it is used.
final class PickleInput {
    private static final int MAX_GLOBAL_NAME_BYTES = 1024;

    private final MemorySegment bytes;
    private long position;

    PickleInput(MemorySegment bytes) {
        this.bytes = bytes;
    }

    int unsignedByte() {
        requireLeft(1);
        return bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
    }

    /// A little-endian unsigned number of `size` bytes; eight bytes give a signed one.
    long littleEndian(int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (long) unsignedByte() << 8 * i;
        }
        return value;
    }

    double bigEndianDouble() {
        long bits = 0;
        for (int i = 0; i < Double.BYTES; i++) {
            bits = bits << 8 | unsignedByte();
        }
        return Double.longBitsToDouble(bits);
    }

    /// A number of `size` bytes in two's complement, at most eight.
    long signed(int size) {
        if (size > Long.BYTES) {
            throw malformed("integer of " + size + " bytes");
        }
        if (size == 0) {
            return 0;
        }
        int unused = Long.SIZE - Byte.SIZE * size;
        return littleEndian(size) << unused >> unused;
    }

    /// @param size number of bytes, as the file says
    String text(long size) {
        requireLeft(size);
        byte[] utf8 = bytes.asSlice(position, size).toArray(ValueLayout.JAVA_BYTE);
        position += size;
        return PickleText.decode(utf8).orElseThrow(() -> malformed("text that is not UTF-8"));
    }

    /// The text up to the next line feed.
    String line() {
        long end = position;
        while (end - position <= MAX_GLOBAL_NAME_BYTES) {
            if (end == bytes.byteSize()) {
                throw malformed("the stream ends early");
            }
            if (bytes.get(ValueLayout.JAVA_BYTE, end) == '\n') {
                String line = text(end - position);
                position++;
                return line;
            }
            end++;
        }
        throw malformed("a name of more than " + MAX_GLOBAL_NAME_BYTES + " bytes");
    }

    void requireEnd() {
        if (position < bytes.byteSize()) {
            throw malformed((bytes.byteSize() - position) + " bytes after the end");
        }
    }

    TensorFormatException malformed(String what) {
        return new TensorFormatException(
                TensorFault.MALFORMED_PICKLE,
                "data.pkl byte " + position + ": " + what,
                "save the checkpoint again with torch.save");
    }

    TensorFormatException refused(String what) {
        return new TensorFormatException(
                TensorFault.REFUSED_PICKLE,
                "data.pkl byte " + position + ": " + what,
                "save only a state dict of tensors: torch.save(model.state_dict(), path)");
    }

    private void requireLeft(long size) {
        if (size < 0 || size > bytes.byteSize() - position) {
            throw malformed("the stream ends early");
        }
    }
}
