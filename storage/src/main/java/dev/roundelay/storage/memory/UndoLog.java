package dev.roundelay.storage.memory;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Remembers how to undo the changes of one transaction over maps. Not thread-safe.
final class UndoLog {
    private final Deque<Runnable> undos = new ArrayDeque<>();

    <K, V> void put(Map<K, V> map, K key, V value) {
        V old = map.put(key, value);
        undos.push(old == null ? () -> map.remove(key) : () -> map.put(key, old));
    }

    <K, V> void remove(Map<K, V> map, K key) {
        V old = map.remove(key);
        if (old != null) {
            undos.push(() -> map.put(key, old));
        }
    }

    void rollBack() {
        while (!undos.isEmpty()) {
            undos.pop().run();
        }
    }
}
