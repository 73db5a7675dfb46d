package dev.roundelay.tensors.checkpoint;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The pickle opcodes of state dicts: all that we write, and all that we read.
///
/// None of them runs code by itself; REDUCE, NEWOBJ and BUILD only reach the closed list in [PickleGlobal].
enum Opcode {
    MARK('('),
    STOP('.'),
    POP('0'),
    POP_MARK('1'),
    DUP('2'),
    BINFLOAT('G'),
    BININT('J'),
    BININT1('K'),
    BININT2('M'),
    NONE('N'),
    BINPERSID('Q'),
    REDUCE('R'),
    BINSTRING('T'),
    SHORT_BINSTRING('U'),
    BINUNICODE('X'),
    EMPTY_LIST(']'),
    APPEND('a'),
    BUILD('b'),
    GLOBAL('c'),
    APPENDS('e'),
    BINGET('h'),
    LONG_BINGET('j'),
    BINPUT('q'),
    LONG_BINPUT('r'),
    SETITEM('s'),
    TUPLE('t'),
    SETITEMS('u'),
    EMPTY_DICT('}'),
    EMPTY_TUPLE(')'),
    PROTO(0x80),
    NEWOBJ(0x81),
    TUPLE1(0x85),
    TUPLE2(0x86),
    TUPLE3(0x87),
    NEWTRUE(0x88),
    NEWFALSE(0x89),
    LONG1(0x8A),
    SHORT_BINUNICODE(0x8C),
    BINUNICODE8(0x8D),
    EMPTY_SET(0x8F),
    STACK_GLOBAL(0x93),
    MEMOIZE(0x94),
    FRAME(0x95);

    private static final @Nullable Opcode[] BY_CODE = new @Nullable Opcode[256];

    static {
        for (Opcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /// The opcode of a byte, if it is one of ours.
    static Optional<Opcode> find(int code) {
        return Optional.ofNullable(BY_CODE[code]);
    }
}
