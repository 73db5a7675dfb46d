package dev.roundelay.tensors.checkpoint;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.checkpoint.PickleValue.Bool;
import dev.roundelay.tensors.checkpoint.PickleValue.Dict;
import dev.roundelay.tensors.checkpoint.PickleValue.Global;
import dev.roundelay.tensors.checkpoint.PickleValue.Int;
import dev.roundelay.tensors.checkpoint.PickleValue.None;
import dev.roundelay.tensors.checkpoint.PickleValue.Real;
import dev.roundelay.tensors.checkpoint.PickleValue.Sequence;
import dev.roundelay.tensors.checkpoint.PickleValue.Text;
import dev.roundelay.tensors.checkpoint.PickleValue.Tuple;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads the pickle of a state dict without running anything: closed lists of opcodes ([Opcode]) and of
/// names
/// ([PickleGlobal]), all else refused by name.
///
/// Memory is bounded by the stream's size (64 MiB), by 1 M entries of stack and memo, and by the number of
/// values
/// made. One use.
final class Unpickler {
    static final long MAX_STREAM_BYTES = 64L << 20;
    static final int MAX_ENTRIES = 1_000_000;
    private static final int MAX_COST = 8_000_000;
    private static final int MAX_PROTOCOL = 5;

    private final PickleInput input;
    private final PickleStack stack;
    private final Map<Long, PickleValue> memo = new HashMap<>();
    private int cost;

    private Unpickler(MemorySegment stream) {
        input = new PickleInput(stream);
        stack = new PickleStack(input);
    }

    /// The value that the pickle stands for.
    ///
    /// @throws TensorFormatException with `REFUSED_PICKLE`, `MALFORMED_PICKLE` or `HEADER_TOO_LARGE`
    static PickleValue read(MemorySegment stream) {
        if (stream.byteSize() > MAX_STREAM_BYTES) {
            throw new TensorFormatException(
                    TensorFault.HEADER_TOO_LARGE,
                    "data.pkl has " + stream.byteSize() + " bytes, at most " + MAX_STREAM_BYTES + " are allowed",
                    "save only a state dict of tensors");
        }
        return new Unpickler(stream).run();
    }

    private PickleValue run() {
        while (true) {
            int code = input.unsignedByte();
            Opcode opcode = Opcode.find(code)
                    .orElseThrow(() -> input.refused("opcode " + Opcode.refusedName(code) + " is not allowed"));
            if (opcode == Opcode.STOP) {
                PickleValue result = stack.pop();
                input.requireEnd();
                return result;
            }
            execute(opcode);
        }
    }

    private void execute(Opcode opcode) {
        switch (opcode) {
            case PROTO -> requireProtocol(input.unsignedByte());
            case FRAME -> input.littleEndian(Long.BYTES);
            case MARK -> stack.mark();
            case POP -> stack.popItemOrMark();
            case POP_MARK -> stack.popToMark();
            case DUP -> stack.push(stack.peek());
            case NONE -> stack.push(None.NONE);
            case NEWTRUE -> push(new Bool(true));
            case NEWFALSE -> push(new Bool(false));
            case BININT -> push(new Int(input.signed(Integer.BYTES)));
            case BININT1 -> push(new Int(input.unsignedByte()));
            case BININT2 -> push(new Int(input.littleEndian(Short.BYTES)));
            case LONG1 -> push(new Int(input.signed(input.unsignedByte())));
            case BINFLOAT -> push(new Real(input.bigEndianDouble()));
            case SHORT_BINSTRING, SHORT_BINUNICODE -> push(new Text(input.text(input.unsignedByte())));
            case BINSTRING, BINUNICODE -> push(new Text(input.text(input.littleEndian(Integer.BYTES))));
            case BINUNICODE8 -> push(new Text(input.text(input.littleEndian(Long.BYTES))));
            case EMPTY_TUPLE -> push(new Tuple(List.of()));
            case TUPLE1 -> push(new Tuple(stack.pop(1)));
            case TUPLE2 -> push(new Tuple(stack.pop(2)));
            case TUPLE3 -> push(new Tuple(stack.pop(3)));
            case TUPLE -> push(new Tuple(stored(stack.popToMark())));
            case EMPTY_LIST -> push(new Sequence());
            case APPEND -> append(stack.pop(1));
            case APPENDS -> append(stack.popToMark());
            case EMPTY_DICT -> push(new Dict());
            case SETITEM -> setItems(stack.pop(2));
            case SETITEMS -> setItems(stack.popToMark());
            case GLOBAL -> push(global(input.line(), input.line()));
            case STACK_GLOBAL -> stackGlobal(stack.pop(2));
            case REDUCE -> reduce(stack.pop(2));
            case BUILD -> build(stack.pop());
            case BINPERSID -> push(Rebuild.storage(stack.pop(), input));
            case BINPUT -> remember(input.unsignedByte());
            case LONG_BINPUT -> remember(input.littleEndian(Integer.BYTES));
            case MEMOIZE -> remember(memo.size());
            case BINGET -> stack.push(recall(input.unsignedByte()));
            case LONG_BINGET -> stack.push(recall(input.littleEndian(Integer.BYTES)));
            case STOP -> throw new IllegalStateException("STOP ends the loop in run()");
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol > MAX_PROTOCOL) {
            throw input.malformed("pickle protocol " + protocol + " is not known");
        }
    }

    private void push(PickleValue value) {
        charge(1);
        stack.push(value);
    }

    private List<PickleValue> stored(List<PickleValue> items) {
        charge(items.size());
        return items;
    }

    // INVARIANT: called for each value made and each reference kept in a container, so that the heap that a
    // stream
    // can take is bounded.
    private void charge(int amount) {
        cost += amount;
        if (cost > MAX_COST) {
            throw input.refused("more than " + MAX_COST + " values");
        }
    }

    private void append(List<PickleValue> items) {
        if (!(stack.peek() instanceof Sequence sequence)) {
            throw input.malformed(
                    "items for a list, but there is a " + stack.peek().kind());
        }
        stored(items).forEach(sequence::add);
    }

    private void setItems(List<PickleValue> pairs) {
        if (!(stack.peek() instanceof Dict dict)) {
            throw input.malformed(
                    "items for a dict, but there is a " + stack.peek().kind());
        }
        if (pairs.size() % 2 != 0) {
            throw input.malformed("a key without a value");
        }
        stored(pairs);
        for (int i = 0; i < pairs.size(); i += 2) {
            PickleValue key = pairs.get(i);
            if (!(key instanceof Text || key instanceof Int)) {
                throw input.malformed("a " + key.kind() + " as a key of a dict");
            }
            dict.items().put(key, pairs.get(i + 1));
        }
    }

    private Global global(String module, String name) {
        return new Global(PickleGlobal.find(module, name)
                .orElseThrow(
                        () -> input.refused(TensorFormatException.shown(module + '.' + name) + " is not allowed")));
    }

    private void stackGlobal(List<PickleValue> names) {
        if (names.get(0) instanceof Text(String module) && names.get(1) instanceof Text(String name)) {
            push(global(module, name));
        } else {
            throw input.malformed("names of a global that are not text");
        }
    }

    private void reduce(List<PickleValue> call) {
        if (!(call.get(0) instanceof Global(PickleGlobal.Callable callable))) {
            throw input.refused("a " + call.get(0).kind() + " may not be called");
        }
        if (!(call.get(1) instanceof Tuple arguments)) {
            throw input.malformed("arguments that are a " + call.get(1).kind());
        }
        push(Rebuild.call(callable, arguments.items(), input));
    }

    // A state dict's OrderedDict carries its module versions as an attribute, which have no meaning here.
    private void build(PickleValue state) {
        if (!(stack.peek() instanceof Dict) || !(state instanceof Dict)) {
            throw input.refused("state may not be set on a " + stack.peek().kind());
        }
    }

    private void remember(long index) {
        memo.put(index, stack.peek());
        if (memo.size() > MAX_ENTRIES) {
            throw input.refused("more than " + MAX_ENTRIES + " memo entries");
        }
    }

    private PickleValue recall(long index) {
        PickleValue value = memo.get(index);
        if (value == null) {
            throw input.malformed("memo entry " + index + " does not exist");
        }
        return value;
    }
}
