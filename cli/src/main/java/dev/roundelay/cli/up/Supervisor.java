package dev.roundelay.cli.up;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Keeps children running until it is stopped: last started, first stopped.
final class Supervisor {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Backoff backoff;
    private final LongSupplier nanos;
    private final Consumer<String> notices;
    private final List<Child> children = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private boolean stopping;

    Supervisor(Backoff backoff, LongSupplier nanos, Consumer<String> notices) {
        this.backoff = backoff;
        this.nanos = nanos;
        this.notices = notices;
    }

    /// Starts a child and keeps it running.
    synchronized Child keep(ChildSpec spec) {
        Child child = new Child(spec, backoff, nanos, notices);
        if (!stopping) {
            children.add(child);
            Thread.ofPlatform().name("child-" + spec.name()).start(child::run);
        }
        return child;
    }

    /// Waits until [#stop] is done.
    void awaitStop() throws InterruptedException {
        stopped.await();
    }

    synchronized boolean isStopping() {
        return stopping;
    }

    /// Stops all children, the last one first: workers say goodbye to a server that still listens.
    void stop() {
        List<Child> running;
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            running = List.copyOf(children);
        }
        running.forEach(Child::startNoMore);
        if (!running.isEmpty()) {
            List<Child> others = running.subList(1, running.size());
            others.forEach(Child::stop);
            others.forEach(child -> child.awaitEnd(PATIENCE));
            running.getFirst().stop();
            running.getFirst().awaitEnd(PATIENCE);
        }
        stopped.countDown();
    }
}
