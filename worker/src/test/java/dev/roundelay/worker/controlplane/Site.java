package dev.roundelay.worker.controlplane;

import dev.roundelay.contract.worker.Events;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.contract.worker.ValidationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One shard's current attempt and what has come of it. Guarded by the lock of its control plane.
public final class Site {
    final String id;
    final int shard;
    final FakeControlPlane.Run run;
    final Map<Integer, byte[]> updates = new TreeMap<>();
    final Map<Integer, Integer> updatesReceived = new TreeMap<>();
    final Map<Integer, ValidationReport> validations = new TreeMap<>();
    final Map<String, byte[]> files = new TreeMap<>();
    final Map<Integer, Set<String>> filesBeforeUpdate = new TreeMap<>();
    final Map<String, byte[]> partial = new TreeMap<>();
    final List<Events.Line> lines = new ArrayList<>();
    final List<Events.Metric> metrics = new ArrayList<>();
    final List<Events.Warning> warnings = new ArrayList<>();
    final List<String> states = new ArrayList<>();
    String fence = UUID.randomUUID().toString();
    int attempt = 1;
    long mark;
    boolean listed = true;
    Step step = new Step(1, StepKind.PREPARE, null, false, false, false);
    SyncRequest.@Nullable Held held;

    @Nullable
    Long stack;

    @Nullable
    FailureReport failure;

    Site(String id, int shard, FakeControlPlane.Run run) {
        this.id = id;
        this.shard = shard;
        this.run = run;
    }

    /// Moves on to a step, unless it is at that one already.
    void ask(StepKind kind, @Nullable Integer round, boolean validate) {
        boolean same = step.kind() == kind && Objects.equals(step.round(), round);
        if (!same) {
            step = new Step(step.number() + 1, kind, round, validate, false, false);
        }
    }

    String state() {
        return held == null ? "offered" : held.state();
    }

    boolean isReady() {
        return state().equals("ready");
    }

    /// Begins the next attempt.
    void reassign() {
        fence = UUID.randomUUID().toString();
        attempt++;
        mark = 0;
        held = null;
        step = new Step(1, StepKind.PREPARE, null, false, false, false);
        partial.clear();
    }

    /// Returns the messages of all log lines.
    public List<String> messages() {
        return lines.stream().map(Events.Line::message).toList();
    }

    /// Returns how often an update of that round has arrived whole.
    public int received(int round) {
        return updatesReceived.getOrDefault(round, 0);
    }

    /// Returns the files that were staged, by `round/path`.
    public Map<String, byte[]> files() {
        return files;
    }

    /// Returns the files that were there when the update of a round came first, by round: a commit publishes those.
    public Map<Integer, Set<String>> filesBeforeUpdate() {
        return filesBeforeUpdate;
    }

    /// Returns the warnings.
    public List<Events.Warning> warnings() {
        return warnings;
    }

    /// Returns the live metrics.
    public List<Events.Metric> metrics() {
        return metrics;
    }

    /// Returns the lines.
    public List<Events.Line> lines() {
        return lines;
    }

    /// Returns the validation results by round of the model.
    public Map<Integer, ValidationReport> validations() {
        return validations;
    }

    /// Returns the states in the order in which they were reported, without repetitions.
    public List<String> states() {
        return states;
    }

    /// Returns the failure that was reported.
    public @Nullable FailureReport failure() {
        return failure;
    }

    /// Returns what was last reported.
    public SyncRequest.@Nullable Held held() {
        return held;
    }
}
