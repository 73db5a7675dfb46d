package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueueTest {
    private final KernelFixture fixture = new KernelFixture();

    @Test
    void whoever_runs_least_is_served_first_then_priority_then_age() {
        fixture.worker("w1");
        fixture.kernel.update(fixture.agent("w1").id, AWorker.shared());
        fixture.running(aJob("running").of("ada"));
        Job old = submitLater(aJob("old").of("ada"));
        Job urgent = submitLater(aJob("urgent").of("ada").priority(5));
        Job bobs = submitLater(aJob("bobs").of("bob"));

        assertThat(place(bobs)).isEqualTo(1);
        assertThat(place(urgent)).isEqualTo(2);
        assertThat(place(old)).isEqualTo(3);
    }

    @Test
    void a_small_job_passes_a_large_one_that_cannot_start() {
        fixture.worker("w1");
        submitLater(aJob("large").shards(2));
        Job small = submitLater(aJob("small"));

        fixture.settle();

        assertThat(fixture.job(small.id()).phase()).isEqualTo(JobPhase.PREPARING);
    }

    @Test
    void a_large_job_is_not_passed_for_ever() {
        fixture.worker("w1");
        fixture.worker("w2");
        Job current = fixture.running(aJob("s0"));
        Job large = submitLater(aJob("large").shards(2));

        int passes = 0;
        for (int i = 1; i < 40 && fixture.job(large.id()).phase() == JobPhase.QUEUED; i++) {
            Job next = submitLater(aJob("s" + i));
            fixture.settle();
            if (fixture.job(next.id()).phase() != JobPhase.QUEUED) {
                passes++;
                fixture.kernel.start(next.id());
                end(current);
                current = next;
            } else {
                end(current);
            }
            fixture.settle();
        }

        assertThat(fixture.job(large.id()).phase()).isEqualTo(JobPhase.PREPARING);
        assertThat(passes).isEqualTo(KernelConfig.defaults().maxOvertakes());
    }

    @Test
    void a_job_that_could_not_start_even_if_all_were_free_holds_nobody_up() {
        fixture.worker("w1");
        Job huge = submitLater(aJob("huge").shards(9));
        for (int i = 0; i < 30; i++) {
            Job small = submitLater(aJob("small" + i));
            fixture.settle();
            assertThat(fixture.job(small.id()).phase()).isEqualTo(JobPhase.PREPARING);
            end(small);
            fixture.settle();
        }

        assertThat(fixture.kernel.view().queuePlace(huge.id()).orElseThrow().reason())
                .isEqualTo("needs 9 workers, 1 is free");
    }

    @Test
    void lost_shards_come_before_the_queue() {
        TestAgent w1 = fixture.worker("w1");
        Job running = fixture.running(aJob("running"));
        Job waiting = submitLater(aJob("waiting").priority(100));

        w1.loseHarness(fixture.holder(running, 0));
        fixture.settle();

        assertThat(fixture.isReady(running, 0)).isTrue();
        assertThat(fixture.job(waiting.id()).phase()).isEqualTo(JobPhase.QUEUED);
    }

    @Test
    void a_second_live_job_on_a_slug_is_refused() {
        Job first = fixture.submit(aJob("mnist"));

        assertThat(fixture.kernel.submit(aJob("mnist").build(), Participant.NONE))
                .isEqualTo(new Submitted.SlugInUse(first));
    }

    private Job submitLater(AJob wanted) {
        fixture.clock.advance(Duration.ofMillis(10));
        return fixture.submit(wanted);
    }

    private int place(Job job) {
        return fixture.kernel.view().queuePlace(job.id()).orElseThrow().place();
    }

    private void end(Job job) {
        fixture.kernel.cancel(job.id(), "ada");
        fixture.seconds(2);
        if (!fixture.kernel.confirmCancelled(job.id(), Participant.NONE).isApplied()) {
            throw new AssertionError(job + " did not stop");
        }
    }
}
