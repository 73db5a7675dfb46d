package dev.roundelay.kernel;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/// Delivers notices in the order of their commits, by one thread at a time and never under the writer's lock. A verb
/// that a listener calls queues its own notices behind those under way.
final class Notices {
    private static final System.Logger LOG = System.getLogger(Notices.class.getName());

    private final List<KernelListener> listeners = new CopyOnWriteArrayList<>();
    private final Queue<Notice> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean delivering = new AtomicBoolean();

    void addListener(KernelListener listener) {
        listeners.add(listener);
    }

    /// Called under the writer's lock, so that the order is that of the commits.
    void add(Notice notice) {
        queue.add(notice);
    }

    void deliver() {
        // INVARIANT: the queue is looked at again after the flag is down, so a notice added meanwhile finds a
        // deliverer.
        while (!queue.isEmpty() && delivering.compareAndSet(false, true)) {
            try {
                for (Notice next = queue.poll(); next != null; next = queue.poll()) {
                    tellAll(next);
                }
            } finally {
                delivering.set(false);
            }
        }
    }

    private void tellAll(Notice notice) {
        for (KernelListener listener : listeners) {
            try {
                notice.tell(listener);
            } catch (KernelException e) {
                // This server has stopped serving since; the listener is told anew in the next term.
                LOG.log(Level.DEBUG, "[kernel] a listener had nothing to ask on " + notice, e);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "[kernel] a listener failed on " + notice, e);
            }
        }
    }
}
