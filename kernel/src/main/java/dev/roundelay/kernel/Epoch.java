package dev.roundelay.kernel;

/// The term of the one active server. Each take-over raises it; a write that carries an older one commits nothing.
public record Epoch(long value) implements Comparable<Epoch> {
    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "epoch " + value;
    }
}
