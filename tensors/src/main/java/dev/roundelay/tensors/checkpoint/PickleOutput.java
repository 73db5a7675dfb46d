package dev.roundelay.tensors.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes the few pickle opcodes (protocol 2) that a state dict needs. Globals and strings are written once
/// and then
/// taken from the memo.
final class PickleOutput {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Map<String, Integer> memo = new HashMap<>();

    PickleOutput() {
        op(Opcode.PROTO);
        bytes.write(2);
    }

    PickleOutput op(Opcode opcode) {
        bytes.write(opcode.code());
        return this;
    }

    /// Pushes the class or function `module.name`.
    PickleOutput global(String module, String name) {
        String key = "global " + module + ' ' + name;
        if (!pushed(key)) {
            op(Opcode.GLOBAL);
            bytes.writeBytes((module + '\n' + name + '\n').getBytes(StandardCharsets.US_ASCII));
            remember(key);
        }
        return this;
    }

    /// Pushes a string that occurs often.
    PickleOutput shared(String text) {
        String key = "string " + text;
        if (!pushed(key)) {
            text(text);
            remember(key);
        }
        return this;
    }

    /// Pushes a string.
    PickleOutput text(String text) {
        byte[] utf8 = PickleText.encode(text);
        op(Opcode.BINUNICODE);
        littleEndian(utf8.length, Integer.BYTES);
        bytes.writeBytes(utf8);
        return this;
    }

    /// Pushes an integer >= 0.
    PickleOutput number(long value) {
        if (value < 1 << 8) {
            op(Opcode.BININT1);
            littleEndian(value, 1);
        } else if (value < 1 << 16) {
            op(Opcode.BININT2);
            littleEndian(value, 2);
        } else if (value <= Integer.MAX_VALUE) {
            op(Opcode.BININT);
            littleEndian(value, Integer.BYTES);
        } else {
            op(Opcode.LONG1);
            bytes.write(Long.BYTES);
            littleEndian(value, Long.BYTES);
        }
        return this;
    }

    /// Pushes a tuple of integers >= 0.
    PickleOutput numbers(List<Long> values) {
        op(Opcode.MARK);
        values.forEach(this::number);
        return op(Opcode.TUPLE);
    }

    /// Pushes an empty `collections.OrderedDict`.
    PickleOutput emptyOrderedDict() {
        return global("collections", "OrderedDict").op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE);
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }

    private boolean pushed(String key) {
        Integer index = memo.get(key);
        if (index == null) {
            return false;
        }
        op(Opcode.BINGET);
        bytes.write(index);
        return true;
    }

    private void remember(String key) {
        int index = memo.size();
        memo.put(key, index);
        op(Opcode.BINPUT);
        bytes.write(index);
    }

    private void littleEndian(long value, int size) {
        for (int i = 0; i < size; i++) {
            bytes.write((int) (value >>> 8 * i));
        }
    }
}
