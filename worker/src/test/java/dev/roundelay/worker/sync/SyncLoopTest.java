package dev.roundelay.worker.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import dev.roundelay.contract.worker.SyncReply;
import dev.roundelay.contract.worker.SyncRequest;
import dev.roundelay.worker.client.Backoff;
import dev.roundelay.worker.client.ParkedCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SyncLoopTest {
    private final Changes changes = new Changes();
    private final Deque<ParkedCall> calls = new ArrayDeque<>();
    private final List<SyncRequest> requests = new ArrayList<>();
    private final List<FakeHeld> started = new ArrayList<>();
    private long now;
    private final SyncLoop loop = new SyncLoop(
            new SyncLoop.Parts(
                    (request, _) -> {
                        requests.add(request);
                        return calls.remove();
                    },
                    (id, fence) -> {
                        started.add(new FakeHeld(id, fence));
                        return started.getLast();
                    },
                    SyncLoopTest::report,
                    new Backoff(new Random(1), _ -> {}),
                    () -> now,
                    Duration.ofMinutes(10),
                    _ -> {}),
            changes);

    @Test
    void a_listed_assignment_is_taken_up_with_its_step() throws Exception {
        answer(train(1, 0));

        loop.runOnce();

        assertThat(started).hasSize(1);
        assertThat(started.getFirst().steps).containsExactly("train");
    }

    @Test
    void the_version_of_an_answer_is_shown_until_a_call_fails() throws Exception {
        answer(train(1, 0));
        answer(train(1, 0));
        fail();
        answer(train(1, 0));

        for (int i = 0; i < 4; i++) {
            loop.runOnce();
        }

        assertThat(requests).extracting(SyncRequest::seen).containsExactly(null, "v", "v", null);
    }

    @Test
    void a_change_at_the_agent_breaks_off_the_parked_call() throws Exception {
        answer(train(1, 0));
        loop.runOnce();
        ParkedForEver parked = new ParkedForEver(changes);
        calls.add(parked);

        loop.runOnce();

        assertThat(parked.isBrokenOff).isTrue();
        assertThat(started.getFirst().abandoned).isFalse();
    }

    @Test
    void an_assignment_that_is_not_listed_is_stopped_and_forgotten_once_that_is_told() throws Exception {
        answer(train(1, 0));
        answer();
        answer();
        loop.runOnce();
        loop.runOnce();
        assertThat(started.getFirst().steps).containsExactly("train", "stop");
        assertThat(started.getFirst().abandoned).isFalse();

        started.getFirst().state = "stopped";
        loop.runOnce();
        answer();
        loop.runOnce();

        assertThat(requests).extracting(request -> request.assignments().size()).containsExactly(0, 1, 1, 0);
        assertThat(started.getFirst().abandoned).isTrue();
    }

    @Test
    void another_fence_ends_the_old_attempt_and_begins_a_new_one() throws Exception {
        answer(train(1, 0));
        answer(new SyncReply.Desired("a", "f2", new Step(1, StepKind.PREPARE, null, false, false, false), null));

        loop.runOnce();
        loop.runOnce();

        assertThat(started).extracting(FakeHeld::fence).containsExactly("f1", "f2");
        assertThat(started.getFirst().abandoned).isTrue();
        assertThat(started.getLast().steps).containsExactly("prepare");
    }

    @Test
    void no_answer_is_no_refusal() throws Exception {
        answer(train(1, 0));
        loop.runOnce();
        now += Duration.ofSeconds(599).toNanos();
        fail();

        loop.runOnce();

        assertThat(started.getFirst().abandoned).isFalse();
        assertThat(started.getFirst().steps).containsExactly("train");
    }

    @Test
    void after_the_disconnect_limit_everything_is_ended_under_a_new_instance() throws Exception {
        answer(train(1, 0));
        loop.runOnce();
        now += Duration.ofSeconds(601).toNanos();
        fail();
        loop.runOnce();
        answer();

        loop.runOnce();

        assertThat(started.getFirst().abandoned).isTrue();
        assertThat(requests.getLast().assignments()).isEmpty();
        assertThat(requests.getLast().instanceId())
                .isNotEqualTo(requests.getFirst().instanceId());
    }

    @Test
    void an_assignment_that_the_server_disowned_is_dropped_without_a_word() throws Exception {
        answer(train(1, 0));
        answer();
        loop.runOnce();
        started.getFirst().forgotten = true;

        loop.runOnce();

        assertThat(requests.getLast().assignments()).isEmpty();
    }

    @Test
    void a_stop_for_an_assignment_that_is_not_held_starts_nothing() throws Exception {
        answer(new SyncReply.Desired("a", "f1", new Step(1, StepKind.STOP, null, false, false, false), null));

        loop.runOnce();

        assertThat(started).isEmpty();
    }

    @Test
    void an_interruption_ends_the_loop() {
        calls.add(new ParkedForEver(new Changes()));
        Thread.currentThread().interrupt();

        assertThatThrownBy(loop::run).isInstanceOf(InterruptedException.class);
    }

    private static SyncReply.Desired train(long number, int round) {
        return new SyncReply.Desired("a", "f1", new Step(number, StepKind.TRAIN, round, false, false, false), null);
    }

    private void answer(SyncReply.Desired... desired) {
        calls.add(new Answered(new SyncReply("v", List.of(desired))));
    }

    private void fail() {
        calls.add(new Answered(null));
    }

    private static SyncRequest report(String instance, List<SyncRequest.Held> held, @Nullable String seen) {
        return new SyncRequest(
                instance, 1, 1, "cpu", "cpu", 1, 1, null, Map.of(), List.of(), Map.of(), null, held, seen);
    }

    /// A call that is over at once.
    private record Answered(@Nullable SyncReply answer) implements ParkedCall {
        @Override
        public void whenOver(Runnable action) {
            action.run();
        }

        @Override
        public boolean isOver() {
            return true;
        }

        @Override
        public void breakOff() {}

        @Override
        public SyncReply reply() throws IOException {
            if (answer == null) {
                throw new IOException("cut");
            }
            return answer;
        }
    }

    /// A call that is never over; the agent changes while it is parked.
    private static final class ParkedForEver implements ParkedCall {
        private final Changes changes;
        private boolean isBrokenOff;

        ParkedForEver(Changes changes) {
            this.changes = changes;
        }

        @Override
        public void whenOver(Runnable action) {
            changes.signal();
        }

        @Override
        public boolean isOver() {
            return false;
        }

        @Override
        public void breakOff() {
            isBrokenOff = true;
        }

        @Override
        public SyncReply reply() {
            throw new AssertionError("not over");
        }
    }

    private static final class FakeHeld implements HeldAssignment {
        private final String id;
        private final String fence;
        private final List<String> steps = new ArrayList<>();
        private String state = "preparing";
        private boolean abandoned;
        private boolean forgotten;

        FakeHeld(String id, String fence) {
            this.id = id;
            this.fence = fence;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String fence() {
            return fence;
        }

        @Override
        public SyncRequest.Held report() {
            return new SyncRequest.Held(id, fence, state, 0, 0, null, null, null, null);
        }

        @Override
        public void desire(Step step) {
            steps.add(step.kind().toString());
        }

        @Override
        public void showStack(long number) {
            steps.add("stack " + number);
        }

        @Override
        public void abandon() {
            abandoned = true;
        }

        @Override
        public boolean isForgotten() {
            return forgotten;
        }
    }
}
