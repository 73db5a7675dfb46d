package dev.roundelay.testkit.kernel;

import static dev.roundelay.testkit.kernel.KernelSamples.NOON;
import static dev.roundelay.testkit.kernel.KernelSamples.assignment;
import static dev.roundelay.testkit.kernel.KernelSamples.failure;
import static dev.roundelay.testkit.kernel.KernelSamples.inserting;
import static dev.roundelay.testkit.kernel.KernelSamples.job;
import static dev.roundelay.testkit.kernel.KernelSamples.pinned;
import static dev.roundelay.testkit.kernel.KernelSamples.updating;
import static dev.roundelay.testkit.kernel.KernelSamples.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.JobPage;
import dev.roundelay.kernel.JobQuery;
import dev.roundelay.kernel.KernelImage;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Ending;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What every [KernelStore] does. A subclass gives an empty store for each test.
public abstract class KernelStoreContract {
    private static final JobQuery ALL = new JobQuery(Optional.empty(), Set.of(), "", 50, 0);

    /// Returns the store of this test, empty at first.
    protected abstract KernelStore store();

    /// Returns the epoch that is current now.
    protected abstract Epoch epoch();

    /// Raises the epoch, as a server does that takes over, and returns it.
    protected abstract Epoch raiseEpoch();

    /// Returns a participant of the kind that this store executes: it writes a mark, then does this.
    protected abstract Participant marking(Runnable then);

    /// Returns whether a participant's mark is committed.
    protected abstract boolean isMarked();

    @Test
    void what_was_committed_is_loaded_as_it_was() {
        Worker worker = worker("w1");
        Job running = job("mnist", "ada", NOON).prepare(NOON).start(NOON);
        Job pinned = pinned("pinned", worker.id());
        Assignment offered = assignment(running, 0, 1, worker);
        store().commit(
                        epoch(),
                        inserting(List.of(running, pinned), List.of(worker), List.of(offered)),
                        Participant.NONE);

        KernelImage image = store().load(epoch());

        assertThat(image.jobs()).containsExactlyInAnyOrder(running, pinned);
        assertThat(image.workers()).containsExactly(worker);
        assertThat(image.assignments()).containsExactly(offered);
        assertThat(image.live(worker.id())).containsExactly(offered);
    }

    @Test
    void an_update_replaces_what_was_there() {
        Worker worker = worker("w1");
        Job job = job("mnist", "ada", NOON);
        Assignment offered = assignment(job, 0, 1, worker);
        store().commit(epoch(), inserting(List.of(job), List.of(worker), List.of(offered)), Participant.NONE);

        Job failing = job.drop(2)
                .end(new Ending.Failed(failure()), NOON.plusSeconds(1))
                .annotate("other", List.of("blue"));
        Worker drained = worker.drained().failedOnce(9, "again");
        Assignment ready = offered.ready(true).progressed().stop();
        store().commit(epoch(), updating(List.of(failing), List.of(drained), List.of(ready)), Participant.NONE);

        KernelImage image = store().load(epoch());
        assertThat(image.jobs()).containsExactly(failing);
        assertThat(image.workers()).containsExactly(drained);
        assertThat(image.assignments()).containsExactly(ready);
        assertThat(store().findJob(job.id())).contains(failing);
    }

    @Test
    void a_pending_cancel_is_kept_with_its_actor() {
        Job job = job("mnist", "ada", NOON);
        Job cancelling = job.requestCancel("bob", NOON.plusSeconds(1));
        store().commit(epoch(), inserting(List.of(job), List.of(), List.of()), Participant.NONE);
        store().commit(epoch(), updating(List.of(cancelling), List.of(), List.of()), Participant.NONE);

        assertThat(store().findJob(job.id())).contains(cancelling);
    }

    @Test
    void the_image_holds_the_last_attempt_of_each_shard_and_whatever_holds_a_slot() {
        Worker worker = worker("w1");
        Job job = job("mnist", "ada", NOON);
        Job ended = job("old", "ada", NOON);
        Assignment first = assignment(job, 0, 1, worker).lose(NOON, null);
        Assignment second = assignment(job, 0, 2, worker).fail(NOON, failure());
        Assignment stopping = assignment(ended, 0, 1, worker).stop();
        Assignment stopped = assignment(ended, 1, 1, worker).stopped(NOON);
        store().commit(
                        epoch(),
                        inserting(
                                List.of(job, ended.fail(failure(), NOON)),
                                List.of(worker),
                                List.of(first, second, stopping, stopped)),
                        Participant.NONE);

        KernelImage image = store().load(epoch());

        assertThat(image.assignments()).containsExactlyInAnyOrder(second, stopping);
        assertThat(image.current(job.id()).values()).containsExactly(second);
        assertThat(store().assignments(job.id())).containsExactly(first, second);
    }

    @Test
    void removed_workers_and_ended_jobs_are_not_loaded() {
        Worker worker = worker("w1");
        Job job = job("mnist", "ada", NOON);
        store().commit(epoch(), inserting(List.of(job), List.of(worker), List.of()), Participant.NONE);
        Job failed = job.fail(failure(), NOON);
        store().commit(epoch(), updating(List.of(failed), List.of(worker.removed()), List.of()), Participant.NONE);

        KernelImage image = store().load(epoch());

        assertThat(image.jobs()).isEmpty();
        assertThat(image.workers()).isEmpty();
        assertThat(store().findJob(job.id())).contains(failed);
    }

    @Test
    void a_stale_epoch_commits_nothing() {
        Epoch former = epoch();
        Epoch current = raiseEpoch();
        Changes changes = inserting(List.of(job("mnist", "ada", NOON)), List.of(), List.of());

        assertThatThrownBy(() -> store().commit(former, changes, marking(() -> {})))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().renew(former, Map.of(), Map.of())).isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().load(former)).isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().deleteEnded(former, new JobId("job_mnist"), Participant.NONE))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().annotateEnded(former, new JobId("job_mnist"), "", List.of()))
                .isInstanceOf(StaleEpochException.class);
        assertThat(store().load(current).jobs()).isEmpty();
        assertThat(isMarked()).isFalse();
    }

    @Test
    void a_participant_commits_with_the_changes() {
        store().commit(epoch(), inserting(List.of(job("mnist", "ada", NOON)), List.of(), List.of()), marking(() -> {}));

        assertThat(isMarked()).isTrue();
        assertThat(store().load(epoch()).jobs()).hasSize(1);
    }

    @Test
    void a_participant_that_throws_undoes_everything() {
        Changes changes = inserting(List.of(job("mnist", "ada", NOON)), List.of(), List.of());
        Participant failing = marking(() -> {
            throw new IllegalStateException("no room");
        });

        assertThatThrownBy(() -> store().commit(epoch(), changes, failing)).hasMessage("no room");

        assertThat(store().load(epoch()).jobs()).isEmpty();
        assertThat(isMarked()).isFalse();
    }

    @Test
    void a_participant_of_an_unknown_kind_is_refused() {
        Changes changes = inserting(List.of(job("mnist", "ada", NOON)), List.of(), List.of());

        assertThatThrownBy(() -> store().commit(epoch(), changes, new Participant() {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot execute the participant");
        assertThat(store().load(epoch()).jobs()).isEmpty();
    }

    @Test
    void a_timeline_has_its_rows_in_the_order_of_their_commits() {
        Job job = job("mnist", "ada", NOON);
        store().commit(epoch(), inserting(List.of(job), List.of(), List.of()), Participant.NONE);
        store().commit(epoch(), updating(List.of(job.prepare(NOON)), List.of(), List.of()), Participant.NONE);
        store().commit(epoch(), updating(List.of(job.fail(failure(), NOON)), List.of(), List.of()), Participant.NONE);

        assertThat(store().timeline(job.id()))
                .extracting(JobTransition::reason, JobTransition::phase, JobTransition::to)
                .containsExactly(
                        tuple("submitted", job.phase(), JobState.PENDING),
                        tuple("updated", job.prepare(NOON).phase(), JobState.PENDING),
                        tuple("updated", null, JobState.FAILED));
        assertThat(store().timeline(new JobId("job_none"))).isEmpty();
    }

    @Test
    void lists_are_newest_first_and_paged() {
        List<Job> jobs = List.of(
                job("a", "ada", NOON),
                job("b", "ada", NOON.plusSeconds(1)),
                job("c", "bob", NOON.plusSeconds(2)),
                job("d", "ada", NOON.plusSeconds(3)));
        store().commit(epoch(), inserting(jobs, List.of(), List.of()), Participant.NONE);

        JobPage first = store().listJobs(new JobQuery(Optional.of(new UserId("ada")), Set.of(), "", 2, 0));
        JobPage second = store().listJobs(new JobQuery(Optional.of(new UserId("ada")), Set.of(), "", 2, 2));

        assertThat(first.total()).isEqualTo(3);
        assertThat(first.items()).extracting(Job::slug).containsExactly("d", "b");
        assertThat(first.items().getFirst()).isEqualTo(jobs.getLast());
        assertThat(second.items()).extracting(Job::slug).containsExactly("a");
        assertThat(store().listJobs(ALL).items()).extracting(Job::slug).containsExactly("d", "c", "b", "a");
    }

    @Test
    void lists_are_narrowed_by_state_and_text() {
        Job live = job("mnist", "ada", NOON);
        Job failed = job("cifar_10%", "ada", NOON).fail(failure(), NOON);
        store().commit(epoch(), inserting(List.of(live, failed), List.of(), List.of()), Participant.NONE);

        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(JobState.FAILED, JobState.FINISHED), "", 50, 0)))
                .containsExactly("cifar_10%");
        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(), "MNI", 50, 0)))
                .containsExactly("mnist");
        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(), "_10%", 50, 0)))
                .containsExactly("cifar_10%");
        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(), "green", 50, 0)))
                .hasSize(2);
        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(), "a note", 50, 0)))
                .hasSize(2);
        assertThat(slugs(new JobQuery(Optional.empty(), Set.of(), "nowhere", 50, 0)))
                .isEmpty();
    }

    @Test
    void only_ended_jobs_are_annotated_here() {
        Job live = job("live", "ada", NOON);
        Job ended = job("ended", "ada", NOON).fail(failure(), NOON);
        store().commit(epoch(), inserting(List.of(live, ended), List.of(), List.of()), Participant.NONE);

        assertThat(store().annotateEnded(epoch(), ended.id(), "good", List.of("best")))
                .isTrue();
        assertThat(store().annotateEnded(epoch(), live.id(), "good", List.of("best")))
                .isFalse();
        assertThat(store().annotateEnded(epoch(), new JobId("job_none"), "good", List.of()))
                .isFalse();

        assertThat(store().findJob(ended.id())).contains(ended.annotate("good", List.of("best")));
        assertThat(store().findJob(live.id())).contains(live);
    }

    @Test
    void only_ended_jobs_are_deleted_with_all_that_was_theirs() {
        Worker worker = worker("w1");
        Job live = job("live", "ada", NOON);
        Job ended = job("ended", "ada", NOON).fail(failure(), NOON);
        Assignment last = assignment(ended, 0, 1, worker).stopped(NOON);
        store().commit(epoch(), inserting(List.of(live, ended), List.of(worker), List.of(last)), Participant.NONE);

        assertThat(store().deleteEnded(epoch(), live.id(), marking(() -> {}))).isFalse();
        assertThat(isMarked()).isFalse();
        assertThat(store().deleteEnded(epoch(), ended.id(), marking(() -> {}))).isTrue();
        assertThat(isMarked()).isTrue();
        assertThat(store().deleteEnded(epoch(), ended.id(), Participant.NONE)).isFalse();

        assertThat(store().findJob(ended.id())).isEmpty();
        assertThat(store().timeline(ended.id())).isEmpty();
        assertThat(store().assignments(ended.id())).isEmpty();
        assertThat(store().listJobs(ALL).items()).containsExactly(live);
    }

    @Test
    void a_job_whose_workers_have_not_stopped_is_not_deleted() {
        Worker worker = worker("w1");
        Job ended = job("ended", "ada", NOON).fail(failure(), NOON);
        Assignment stopping = assignment(ended, 0, 1, worker).stop();
        store().commit(epoch(), inserting(List.of(ended), List.of(worker), List.of(stopping)), Participant.NONE);

        assertThat(store().deleteEnded(epoch(), ended.id(), Participant.NONE)).isFalse();
        store().commit(epoch(), updating(List.of(), List.of(), List.of(stopping.stopped(NOON))), Participant.NONE);
        assertThat(store().deleteEnded(epoch(), ended.id(), Participant.NONE)).isTrue();
    }

    @Test
    void renewals_change_nothing_that_the_kernel_decides_by() {
        Worker worker = worker("w1");
        Job job = job("mnist", "ada", NOON);
        Assignment offered = assignment(job, 0, 1, worker);
        store().commit(epoch(), inserting(List.of(job), List.of(worker), List.of(offered)), Participant.NONE);

        store().renew(
                        epoch(),
                        Map.of(worker.id(), NOON.plusSeconds(5)),
                        Map.of(offered.id(), NOON.plus(Duration.ofSeconds(11))));

        assertThat(store().load(epoch()).assignments()).containsExactly(offered);
    }

    private List<String> slugs(JobQuery query) {
        JobPage page = store().listJobs(query);
        assertThat(page.total()).isEqualTo(page.items().size());
        return page.items().stream().map(Job::slug).toList();
    }
}
