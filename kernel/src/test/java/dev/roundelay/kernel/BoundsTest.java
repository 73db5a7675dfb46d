package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.Selection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BoundsTest {
    private static final Limits SHORT = new Limits(
            Duration.ofSeconds(20),
            Duration.ofSeconds(25),
            Duration.ofSeconds(30),
            Optional.of(Duration.ofSeconds(90)),
            3);

    private final KernelFixture fixture = new KernelFixture();

    @Test
    void a_job_that_waits_too_long_fails_with_what_was_asked_against_what_is_there() {
        fixture.worker("w1");
        var picky = new Selection.Auto(List.of(), OptionalInt.empty(), 8000, false);
        Job job = fixture.submit(aJob("mnist").shards(4).select(picky).limits(SHORT));

        fixture.seconds(19);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.QUEUED);
        fixture.seconds(2);

        assertThat(failure(job).reason()).isEqualTo("no_eligible_worker");
        assertThat(failure(job).category()).isEqualTo("resources");
        assertThat(failure(job).message())
                .isEqualTo("[job job_mnist] waited 20 s in the queue: needs 4 workers with >= 8000 MB, 1 is free; "
                        + "start such workers, ask for less, or raise queueTimeoutSeconds");
    }

    @Test
    void a_job_that_does_not_get_ready_fails_and_names_the_sites() {
        fixture.worker("w1").prepares = false;
        Job job = fixture.submit(aJob("mnist").limits(SHORT));

        fixture.seconds(28);

        assertThat(failure(job).reason()).isEqualTo("time_limit");
        assertThat(failure(job).message())
                .isEqualTo("[job job_mnist] did not get ready within 25 s: site-1 is not ready; "
                        + "look at the log of these sites, or raise prepareTimeoutSeconds");
    }

    @Test
    void a_job_that_runs_too_long_fails() {
        fixture.worker("w1");
        Job job = fixture.running(aJob("mnist").limits(SHORT));

        fixture.seconds(92);

        assertThat(failure(job).reason()).isEqualTo("time_limit");
        assertThat(failure(job).message()).contains("ran for more than maxDurationSeconds, 90 s");
    }

    @Test
    void a_shard_that_stays_away_too_long_fails_the_job() {
        TestAgent w1 = fixture.worker("w1");
        Job job = fixture.running(aJob("mnist").pinnedTo(w1.id).limits(SHORT));

        w1.crash();
        fixture.seconds(25);
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.RECOVERING);
        fixture.seconds(15);

        assertThat(failure(job).reason()).isEqualTo("workers_lost");
        assertThat(failure(job).message())
                .startsWith("[job job_mnist] lost site-1 (worker w1, last seen")
                .contains("no ready worker within recoveryTimeoutSeconds, 30 s");
    }

    @Test
    void a_shard_that_stays_away_too_long_is_left_out_where_enough_are_alive() {
        TestAgent w1 = fixture.worker("w1");
        TestAgent w2 = fixture.worker("w2");
        Job job = fixture.running(
                aJob("mnist").pinnedTo(w1.id, w2.id).minClients(1).limits(SHORT));

        w2.crash();
        fixture.seconds(40);

        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.TRAINING);
        assertThat(fixture.job(job.id()).dropped()).containsExactly(1);
    }

    @Test
    void a_bound_counts_on_across_a_restart() {
        Job job = fixture.submit(aJob("mnist").limits(SHORT));
        fixture.seconds(15);

        fixture.restartKernel();
        fixture.seconds(6);

        assertThat(failure(job).reason()).isEqualTo("no_eligible_worker");
    }

    private Failure failure(Job job) {
        return fixture.job(job.id())
                .ending()
                .map(Ending.Failed.class::cast)
                .orElseThrow()
                .failure();
    }
}
