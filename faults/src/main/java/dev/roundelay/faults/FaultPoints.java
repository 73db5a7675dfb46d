package dev.roundelay.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The points of this program: which were reached, and at which it is to end. Thread-safe.
final class FaultPoints {
    /// As of a process that the kernel killed.
    private static final int KILLED = 137;
    private static final long LOOK_NANOS = 20_000_000;

    private final Path control;
    private final Path seen;
    private final Set<String> names = new ConcurrentSkipListSet<>();
    private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
    private volatile @Nullable Armed armed;
    private String read = "";

    FaultPoints(Path control) {
        this.control = control.toAbsolutePath();
        this.seen = this.control.resolveSibling(this.control.getFileName() + ".seen");
    }

    /// Begins to read the control file. What is armed before a program starts holds from its first point on.
    void start() {
        look();
        Thread.ofPlatform().name("fault-points").daemon().start(this::run);
    }

    void reached(String kind) {
        // What this class itself does is no point of the program.
        if (inside.get()) {
            return;
        }
        inside.set(true);
        try {
            String name = PointName.of(kind);
            if (names.add(name)) {
                note(name);
            }
            Armed now = armed;
            if (now != null && now.name.equals(name) && now.left.decrementAndGet() == 0) {
                end();
            }
        } finally {
            inside.set(false);
        }
    }

    private void end() {
        try {
            // Whoever starts it again wants it to live.
            Files.deleteIfExists(control);
        } catch (IOException _) {
            // It ends again, then.
        }
        Runtime.getRuntime().halt(KILLED);
    }

    private synchronized void note(String name) {
        try {
            Files.writeString(seen, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException _) {
            // Only the list of points is the poorer for it.
        }
    }

    private void run() {
        inside.set(true);
        while (true) {
            look();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void look() {
        // Whoever takes the list away wants a new one.
        if (!Files.exists(seen)) {
            names.clear();
        }
        String text;
        try {
            text = Files.exists(control) ? Files.readString(control).strip() : "";
        } catch (IOException _) {
            return;
        }
        if (!text.equals(read)) {
            read = text;
            armed = Armed.parse(text);
        }
    }

    /// A point at which the program ends.
    private record Armed(String name, AtomicInteger left) {
        static @Nullable Armed parse(String text) {
            int hash = text.lastIndexOf('#');
            return hash < 0
                    ? null
                    : new Armed(text.substring(0, hash), new AtomicInteger(Integer.parseInt(text.substring(hash + 1))));
        }
    }
}
