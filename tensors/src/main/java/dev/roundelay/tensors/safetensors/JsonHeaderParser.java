package dev.roundelay.tensors.safetensors;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads JSON tokens from bytes one after the other, without building a tree and without recursion.
///
/// Knows the part of RFC 8259 that headers use: objects, arrays, strings and non-negative integers. A lone
/// surrogate is accepted where it is escaped, since Python writes such names so.
///
/// Bytes are read through a window on the heap: single reads of a segment are slow until the optimising
/// compiler has come to them, and a round parses headers long before that.
final class JsonHeaderParser {
    private static final int WINDOW_BYTES = 8192;

    private final MemorySegment bytes;
    private final long size;
    private final byte[] window;
    private long windowStart;
    private int windowBytes;
    private long position;

    JsonHeaderParser(MemorySegment bytes) {
        this.bytes = bytes;
        this.size = bytes.byteSize();
        this.window = new byte[(int) Math.min(WINDOW_BYTES, size)];
    }

    /// Skips white space and takes `expected`, or refuses.
    void require(char expected) {
        if (!tryTake(expected)) {
            throw malformed("expected '" + expected + "'");
        }
    }

    /// Skips white space and takes `expected` if it is next.
    boolean tryTake(char expected) {
        skipSpace();
        if (position < size && peek() == expected) {
            position++;
            return true;
        }
        return false;
    }

    /// Nothing but white space may be left.
    void requireEnd() {
        skipSpace();
        if (position < size) {
            throw malformed("expected the end of the header");
        }
    }

    /// A non-negative integer without sign, fraction, exponent or leading zero.
    long number() {
        skipSpace();
        boolean leadingZero = position < size && peek() == '0';
        long start = position;
        long value = 0;
        while (position < size && peek() >= '0' && peek() <= '9') {
            int digit = next() - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw malformed("number too large");
            }
            value = value * 10 + digit;
        }
        long digits = position - start;
        if (digits == 0) {
            throw malformed("expected a non-negative integer");
        }
        if (digits > 1 && leadingZero) {
            throw malformed("number with a leading zero");
        }
        if (position < size && (peek() == '.' || peek() == 'e' || peek() == 'E')) {
            throw malformed("expected an integer");
        }
        return value;
    }

    String string() {
        require('"');
        StringBuilder text = new StringBuilder();
        while (true) {
            int b = next();
            if (b == '"') {
                return text.toString();
            }
            if (b == '\\') {
                text.append(escaped());
            } else if (b < 0x20) {
                throw malformed("control character in a string");
            } else if (b < 0x80) {
                text.append((char) b);
            } else {
                text.appendCodePoint(multiByte(b));
            }
        }
    }

    TensorFormatException malformed(String what) {
        return new TensorFormatException(
                TensorFault.MALFORMED_HEADER,
                "header byte " + position + ": " + what,
                "write the file with a safetensors library, or send it again");
    }

    private char escaped() {
        int b = next();
        return switch (b) {
            case '"', '\\', '/' -> (char) b;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (hexDigit() << 12 | hexDigit() << 8 | hexDigit() << 4 | hexDigit());
            default -> throw malformed("unknown escape in a string");
        };
    }

    private int hexDigit() {
        int digit = Character.digit(next(), 16);
        if (digit < 0) {
            throw malformed("expected a hex digit");
        }
        return digit;
    }

    // RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF.
    private int multiByte(int first) {
        int more;
        int minimum;
        int codePoint;
        if (first >= 0xC2 && first <= 0xDF) {
            more = 1;
            minimum = 0x80;
            codePoint = first & 0x1F;
        } else if (first >= 0xE0 && first <= 0xEF) {
            more = 2;
            minimum = 0x800;
            codePoint = first & 0x0F;
        } else if (first >= 0xF0 && first <= 0xF4) {
            more = 3;
            minimum = 0x10000;
            codePoint = first & 0x07;
        } else {
            throw malformed("not UTF-8");
        }
        for (int i = 0; i < more; i++) {
            int b = next();
            if ((b & 0xC0) != 0x80) {
                throw malformed("not UTF-8");
            }
            codePoint = codePoint << 6 | b & 0x3F;
        }
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        if (codePoint < minimum || codePoint > Character.MAX_CODE_POINT || surrogate) {
            throw malformed("not UTF-8");
        }
        return codePoint;
    }

    private void skipSpace() {
        while (position < size) {
            int b = peek();
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return;
            }
            position++;
        }
    }

    private int peek() {
        if (position >= windowStart + windowBytes) {
            windowStart = position;
            windowBytes = (int) Math.min(window.length, size - position);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, window, 0, windowBytes);
        }
        return window[(int) (position - windowStart)] & 0xFF;
    }

    private int next() {
        if (position >= size) {
            throw malformed("the header ends early");
        }
        int b = peek();
        position++;
        return b;
    }
}
