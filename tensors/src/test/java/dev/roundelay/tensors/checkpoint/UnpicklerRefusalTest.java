package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpicklerRefusalTest {
    private static final long MAX_BYTES = 1L << 20;
    private static final byte[] EIGHT_FLOATS = new byte[32];

    @TempDir
    Path folder;

    static Stream<Arguments> hostilePickles() {
        return Stream.of(
                hostile(
                        "os.system by REDUCE",
                        "posix.system",
                        pickle().global("posix", "system").text("id").raw(0x85, 'R')),
                hostile(
                        "eval",
                        "builtins.eval",
                        pickle().global("builtins", "eval").text("1").raw(0x85, 'R')),
                hostile(
                        "STACK_GLOBAL",
                        "os.system",
                        pickle().text("os").text("system").raw(0x93).text("id").raw(0x85, 'R')),
                hostile("INST", "INST (0x69)", pickle().raw('(').text("id").ascii("ios\nsystem\n")),
                hostile(
                        "OBJ",
                        "os.system",
                        pickle().raw('(').global("os", "system").text("id").raw('o')),
                hostile(
                        "OBJ of an allowed class",
                        "OBJ (0x6f)",
                        pickle().raw('(').global("collections", "OrderedDict").raw('o')),
                hostile(
                        "NEWOBJ",
                        "NEWOBJ (0x81)",
                        pickle().global("collections", "OrderedDict").raw(')', 0x81)),
                hostile(
                        "NEWOBJ_EX",
                        "NEWOBJ_EX (0x92)",
                        pickle().global("collections", "OrderedDict").raw(')', '}', 0x92)),
                hostile("EXT1", "EXT1 (0x82)", pickle().raw(0x82, 1)),
                hostile("EXT2", "EXT2 (0x83)", pickle().raw(0x83, 1, 0)),
                hostile("EXT4", "EXT4 (0x84)", pickle().raw(0x84, 1, 0, 0, 0)),
                hostile("PERSID", "PERSID (0x50)", pickle().ascii("Pstorage\n")),
                hostile("unknown opcode", "unknown (0xff)", pickle().raw(0xFF)),
                hostile("nested attribute", "torch._utils.os.system", pickle().global("torch._utils", "os.system")),
                hostile("getattr of torch", "builtins.getattr", pickle().global("builtins", "getattr")),
                hostile("torch.load", "torch.load", pickle().global("torch", "load")),
                hostile(
                        "newline in a name",
                        "torch\\u000a",
                        pickle().text("torch\n").text("x").raw(0x93)),
                hostile(
                        "call of a storage class",
                        "may not be called",
                        pickle().global("torch", "FloatStorage").raw(')', 'R')),
                hostile(
                        "call of text",
                        "str may not be called",
                        pickle().text("f").raw(')', 'R')),
                hostile(
                        "OrderedDict with arguments",
                        "OrderedDict with arguments",
                        pickle().global("collections", "OrderedDict").raw(']', 0x85, 'R')),
                hostile(
                        "persistent id as text",
                        "persistent id that is a str",
                        pickle().text("storage").raw('Q')),
                hostile("persistent id as number", "persistent id that is a int", pickle().raw('K', 1, 'Q')),
                hostile(
                        "persistent id of another kind",
                        "persistent id that is not of a storage",
                        pickle().raw('(')
                                .text("module")
                                .global("torch", "FloatStorage")
                                .text("0")
                                .text("cpu")
                                .raw('K', 1, 't', 'Q')),
                hostile(
                        "persistent id with a callable class",
                        "persistent id that is not of a storage",
                        pickle().raw('(')
                                .text("storage")
                                .global("collections", "OrderedDict")
                                .text("0")
                                .text("cpu")
                                .raw('K', 1, 't', 'Q')),
                hostile(
                        "negative storage",
                        "persistent id that is not of a storage",
                        pickle().raw('(')
                                .text("storage")
                                .global("torch", "FloatStorage")
                                .text("0")
                                .text("cpu")
                                .number(-1)
                                .raw('t', 'Q')),
                hostile("BUILD on a list", "state may not be set on a list", pickle().raw(']', '}', 'b')),
                hostile(
                        "hooks that are no dict",
                        "not of a plain tensor",
                        pickle().global("torch._utils", "_rebuild_tensor_v2").raw('K', 1, 0x85, 'R')));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostilePickles")
    void hostile_pickles_are_refused_by_name(String what, String named, PickleBytes pickle) throws Exception {
        TensorFormatException refusal = refusalOf(pickle.raw('.'));

        assertThat(refusal.fault()).isEqualTo(TensorFault.REFUSED_PICKLE);
        assertThat(refusal).hasMessageContaining(named).hasMessageContaining("torch.save(model.state_dict(), path)");
    }

    static Stream<Arguments> malformedPickles() {
        return Stream.of(
                hostile("no STOP", "ends early", pickle().raw('}')),
                hostile("empty", "ends early", new PickleBytes()),
                hostile("POP of nothing", "too few values", pickle().raw('0', '.')),
                hostile("REDUCE of nothing", "too few values", pickle().raw('R', '.')),
                hostile("value below a mark", "too few values", pickle().raw('K', 1, 'K', 2, '(', 0x86, '.')),
                hostile("TUPLE without mark", "no mark", pickle().raw('K', 1, 't', '.')),
                hostile("memo entry missing", "memo entry 7", pickle().raw('h', 7, '.')),
                hostile("text longer than the file", "ends early", pickle().raw('X', 0xFF, 0xFF, 0xFF, 0x7F, '.')),
                hostile("text of 2^63 bytes", "ends early", pickle().raw(0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80, '.')),
                hostile("not UTF-8", "not UTF-8", pickle().raw('X', 1, 0, 0, 0, 0xFF, '.')),
                hostile("odd SETITEMS", "a key without a value", pickle().raw('}', '(', 'K', 1, 'u', '.')),
                hostile("tuple as a key", "a tuple as a key", pickle().raw('}', ')', 'K', 1, 's', '.')),
                hostile("APPEND to a dict", "items for a list", pickle().raw('}', 'K', 1, 'a', '.')),
                hostile("SETITEM of a list", "items for a dict", pickle().raw(']', 'K', 1, 'K', 1, 's', '.')),
                hostile("integer of 200 bytes", "integer of 200 bytes", pickle().raw(0x8A, 200, '.')),
                hostile("protocol 9", "protocol 9", new PickleBytes().raw(0x80, 9, '}', '.')),
                hostile("endless name", "a name of more than", pickle().ascii("c" + "a".repeat(5000) + "\nb\n.")),
                hostile("bytes after the end", "bytes after the end", pickle().raw('}', '.', '.')));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedPickles")
    void damaged_pickles_are_refused(String what, String named, PickleBytes pickle) throws Exception {
        TensorFormatException refusal = refusalOf(pickle);

        assertThat(refusal.fault()).isEqualTo(TensorFault.MALFORMED_PICKLE);
        assertThat(refusal).hasMessageContaining(named);
    }

    @Test
    void a_value_that_unfolds_exponentially_costs_nothing() throws Exception {
        PickleBytes bomb = pickle().raw(')');
        for (int i = 0; i < 1000; i++) {
            bomb.raw('2', 0x86);
        }

        assertThat(refusalOf(bomb.raw('.')).fault()).isEqualTo(TensorFault.NOT_A_STATE_DICT);
    }

    @Test
    void a_value_that_contains_itself_is_refused() throws Exception {
        PickleBytes loop = pickle().raw(']', 'q', 0, 'h', 0, 'a', '.');

        assertThat(refusalOf(loop).fault()).isEqualTo(TensorFault.NOT_A_STATE_DICT);
    }

    @Test
    void a_stack_or_a_memo_of_more_than_a_million_entries_is_refused() throws Exception {
        PickleBytes stack =
                pickle().ascii("N".repeat(Unpickler.MAX_ENTRIES + 1)).raw('.');
        PickleBytes marks =
                pickle().ascii("(".repeat(Unpickler.MAX_ENTRIES + 1)).raw('.');
        PickleBytes memo = pickle().raw('N')
                .ascii("\u0094".repeat(Unpickler.MAX_ENTRIES + 1))
                .raw('.');

        assertThat(refusalOf(stack)).hasMessageContaining("more than 1000000 values on the stack");
        assertThat(refusalOf(marks)).hasMessageContaining("more than 1000000 values on the stack");
        assertThat(refusalOf(memo)).hasMessageContaining("more than 1000000 memo entries");
    }

    @Test
    void values_hidden_in_containers_are_counted() throws Exception {
        PickleBytes list = pickle().raw(']').ascii("}a".repeat(5_000_000)).raw('.');

        assertThat(refusalOf(list)).hasMessageContaining("more than 8000000 values");
    }

    @Test
    void a_pickle_of_more_than_64_mib_is_refused_unread() throws Exception {
        PickleBytes large = pickle().raw(new int[(int) Unpickler.MAX_STREAM_BYTES]);

        assertThat(refusalOf(large).fault()).isEqualTo(TensorFault.HEADER_TOO_LARGE);
    }

    static Stream<Arguments> tensorsOutsideTheirStorage() {
        return Stream.of(
                outside("too long", "0", 8, 0, dims(9), dims(1)),
                outside("offset", "0", 8, 1, dims(8), dims(1)),
                outside("negative offset", "0", 8, -1, dims(1), dims(1)),
                outside("offset of an empty one", "0", 8, 9, dims(0), dims(1)),
                outside("stride", "0", 8, 0, dims(2), dims(8)),
                outside("negative stride", "0", 8, 7, dims(8), dims(-1)),
                outside("overflowing stride", "0", 8, 0, dims(3), dims(Long.MAX_VALUE)),
                outside("overflowing sum", "0", 8, 0, dims(2, 2, 2), dims(1L << 62, 1L << 62, 1L << 62)),
                outside("strides missing", "0", 8, 0, dims(2, 2), dims(1)),
                outside("storage larger than its entry", "0", 9, 0, dims(1), dims(1)),
                outside("storage smaller than its entry", "0", 7, 0, dims(1), dims(1)),
                outside("no such storage", "1", 8, 0, dims(1), dims(1)),
                outside("storage by a path", "../data/0", 8, 0, dims(1), dims(1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensorsOutsideTheirStorage")
    void tensors_outside_their_storage_are_refused(String what, PickleBytes tensor) throws Exception {
        TensorFormatException refusal =
                refusalOf(pickle().raw('}').text("w").raw(tensor).raw('s', '.'));

        assertThat(refusal.fault()).isEqualTo(TensorFault.OUTSIDE_STORAGE);
        assertThat(refusal.tensor()).contains("w");
    }

    @Test
    void a_few_stored_bytes_that_stand_for_terabytes_are_refused() throws Exception {
        PickleBytes expanded =
                new PickleBytes().tensor("FloatStorage", "0", 8, 0, dims(1L << 40, 1L << 10), dims(0, 0));
        PickleBytes twice = pickle().raw('}');
        for (String name : new String[] {"a", "b", "c"}) {
            twice.text(name)
                    .raw(new PickleBytes().tensor("FloatStorage", "0", 8, 0, dims(100_000), dims(0)))
                    .raw('s');
        }

        assertThat(refusalOf(pickle().raw('}').text("w").raw(expanded).raw('s', '.'))
                        .fault())
                .isEqualTo(TensorFault.TOO_LARGE);
        assertThat(refusalOf(twice.raw('.'))).hasMessageContaining("tensor c");
    }

    @Test
    void a_shape_that_cannot_be_counted_is_refused() throws Exception {
        PickleBytes tensor = new PickleBytes().tensor("FloatStorage", "0", 8, 0, dims(1L << 40, 1L << 40), dims(0, 0));

        assertThat(refusalOf(pickle().raw('}').text("w").raw(tensor).raw('s', '.'))
                        .fault())
                .isEqualTo(TensorFault.BAD_SHAPE);
    }

    private static PickleBytes pickle() {
        return PickleBytes.protocol2();
    }

    private static long[] dims(long... dimensions) {
        return dimensions;
    }

    private static Arguments hostile(String what, String named, PickleBytes pickle) {
        return Arguments.of(what, named, pickle);
    }

    private static Arguments outside(String what, String key, long elements, long offset, long[] size, long[] strides) {
        return Arguments.of(what, new PickleBytes().tensor("FloatStorage", key, elements, offset, size, strides));
    }

    private TensorFormatException refusalOf(PickleBytes pickle) throws Exception {
        Path file = pickle.writeCheckpoint(folder, EIGHT_FLOATS);
        TensorFormatException refusal = catchThrowableOfType(
                TensorFormatException.class,
                () -> CheckpointReader.open(file, MAX_BYTES).close());
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
