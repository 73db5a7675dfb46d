package dev.roundelay.worker.controlplane;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What goes wrong on purpose, each once, with the first call that matches. Thread-safe.
public final class Faults {
    private final List<Fault> waiting = new ArrayList<>();
    private int used;
    private int links;
    private int resumedDownloads;
    private int resumedUploads;

    /// One thing that goes wrong.
    sealed interface Fault {
        /// Returns which calls: a pattern of `METHOD /path`.
        Pattern calls();

        /// The connection breaks after so many bytes of the answer's body.
        record CutDownload(Pattern calls, long after) implements Fault {}

        /// The connection breaks after so many bytes of the request's body.
        record CutUpload(Pattern calls, long after) implements Fault {}

        /// The call is carried out and its answer lost.
        record LoseReply(Pattern calls) implements Fault {}

        /// The call is answered with an error.
        record Refuse(Pattern calls, int status, String code) implements Fault {}
    }

    /// Breaks the connection in the middle of an answer.
    public void cutDownload(String calls, long after) {
        add(new Fault.CutDownload(Pattern.compile(calls), after));
    }

    /// Breaks the connection in the middle of a request's body.
    public void cutUpload(String calls, long after) {
        add(new Fault.CutUpload(Pattern.compile(calls), after));
    }

    /// Carries a call out and loses its answer.
    public void loseReply(String calls) {
        add(new Fault.LoseReply(Pattern.compile(calls)));
    }

    /// Answers a call with an error.
    public void refuse(String calls, int status, String code) {
        add(new Fault.Refuse(Pattern.compile(calls), status, code));
    }

    /// Returns how many have happened.
    public synchronized int used() {
        return used;
    }

    /// Returns how many files have changed hands by link.
    public synchronized int links() {
        return links;
    }

    /// Returns how many downloads were asked to go on where they broke.
    public synchronized int resumedDownloads() {
        return resumedDownloads;
    }

    /// Returns how many uploads went on where they broke.
    public synchronized int resumedUploads() {
        return resumedUploads;
    }

    synchronized void resumedUpload() {
        resumedUploads++;
    }

    synchronized void linked() {
        links++;
    }

    synchronized void resumedDownload() {
        resumedDownloads++;
    }

    private synchronized void add(Fault fault) {
        waiting.add(fault);
    }

    synchronized Optional<Fault> take(String call) {
        for (Iterator<Fault> all = waiting.iterator(); all.hasNext(); ) {
            Fault fault = all.next();
            if (fault.calls().matcher(call).matches()) {
                all.remove();
                used++;
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }
}
