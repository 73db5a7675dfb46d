package dev.roundelay.tensors.checkpoint;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/// Strings in pickles: UTF-8 in which a lone surrogate has its three bytes, as Python's `surrogatepass` has
/// it.
final class PickleText {
    private PickleText() {}

    static byte[] encode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        text.codePoints().forEach(codePoint -> {
            if (codePoint < 0x80) {
                bytes.write(codePoint);
            } else if (codePoint < 0x800) {
                bytes.write(0xC0 | codePoint >> 6);
                bytes.write(0x80 | codePoint & 0x3F);
            } else if (codePoint < 0x10000) {
                bytes.write(0xE0 | codePoint >> 12);
                bytes.write(0x80 | codePoint >> 6 & 0x3F);
                bytes.write(0x80 | codePoint & 0x3F);
            } else {
                bytes.write(0xF0 | codePoint >> 18);
                bytes.write(0x80 | codePoint >> 12 & 0x3F);
                bytes.write(0x80 | codePoint >> 6 & 0x3F);
                bytes.write(0x80 | codePoint & 0x3F);
            }
        });
        return bytes.toByteArray();
    }

    /// The string, or nothing if the bytes are not such UTF-8.
    static Optional<String> decode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            int first = bytes[i] & 0xFF;
            int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
            boolean startsNone = first >= 0x80 && first < 0xC2 || first > 0xF4;
            if (startsNone || i + more >= bytes.length) {
                return Optional.empty();
            }
            int codePoint = more == 0 ? first : first & 0x3F >> more;
            for (int k = 1; k <= more; k++) {
                int next = bytes[i + k] & 0xFF;
                if ((next & 0xC0) != 0x80) {
                    return Optional.empty();
                }
                codePoint = codePoint << 6 | next & 0x3F;
            }
            boolean overlong = more == 2 && codePoint < 0x800 || more == 3 && codePoint < 0x10000;
            if (overlong || codePoint > Character.MAX_CODE_POINT) {
                return Optional.empty();
            }
            text.appendCodePoint(codePoint);
            i += more + 1;
        }
        return Optional.of(text.toString());
    }
}
