package dev.roundelay.tensors.checkpoint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The stack of an unpickler, with its marks; bounded, and never popped below the topmost mark.
final class PickleStack {
    private final PickleInput input;
    private final List<PickleValue> values = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();

    /// @param input says where in the stream a fault is
    PickleStack(PickleInput input) {
        this.input = input;
    }

    void push(PickleValue value) {
        requireRoom();
        values.add(value);
    }

    void mark() {
        requireRoom();
        marks.push(values.size());
    }

    PickleValue peek() {
        requireValues(1);
        return values.getLast();
    }

    PickleValue pop() {
        requireValues(1);
        return values.removeLast();
    }

    /// The topmost values, the deepest first.
    List<PickleValue> pop(int count) {
        requireValues(count);
        return cut(values.size() - count);
    }

    /// All values above the topmost mark, the deepest first; the mark goes too.
    List<PickleValue> popToMark() {
        if (marks.isEmpty()) {
            throw input.malformed("no mark on the stack");
        }
        return cut(marks.pop());
    }

    void popItemOrMark() {
        if (!marks.isEmpty() && marks.peek() == values.size()) {
            marks.pop();
        } else {
            pop();
        }
    }

    private List<PickleValue> cut(int from) {
        List<PickleValue> tail = values.subList(from, values.size());
        List<PickleValue> items = List.copyOf(tail);
        tail.clear();
        return items;
    }

    private void requireValues(int count) {
        int floor = marks.isEmpty() ? 0 : marks.peek();
        if (values.size() - floor < count) {
            throw input.malformed("the stack has too few values");
        }
    }

    private void requireRoom() {
        if (values.size() + marks.size() >= Unpickler.MAX_ENTRIES) {
            throw input.refused("more than " + Unpickler.MAX_ENTRIES + " values on the stack");
        }
    }
}
