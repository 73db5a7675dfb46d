package dev.roundelay.testkit.federation;

import static dev.roundelay.testkit.federation.RunSamples.NOON;
import static dev.roundelay.testkit.federation.RunSamples.blob;
import static dev.roundelay.testkit.federation.RunSamples.contribution;
import static dev.roundelay.testkit.federation.RunSamples.holder;
import static dev.roundelay.testkit.federation.RunSamples.model;
import static dev.roundelay.testkit.federation.RunSamples.object;
import static dev.roundelay.testkit.federation.RunSamples.validation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.FinalOutputs;
import dev.roundelay.federation.FirstModel;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.References;
import dev.roundelay.federation.RoundCommit;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunState;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.RunStore.Outcome;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.Changes;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.StaleEpochException;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Publication;
import dev.roundelay.storage.QuotaExceededException;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.testkit.kernel.KernelSamples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [RunStore] does. A subclass gives empty stores that work together, for each test.
public abstract class RunStoreContract {
    private static final OwnerId OWNER = new OwnerId("ada");
    private static final BucketName BUCKET = new BucketName("bucket-of-ada");
    private static final long QUOTA = 10_000;
    private static final long RESERVED = 1_500;

    private Job job;
    private Assignment first;
    private Assignment second;

    protected abstract RunStore store();

    protected abstract KernelStore kernel();

    protected abstract JobJournal journal();

    protected abstract BucketIndex index();

    /// Returns the epoch that is current now.
    protected abstract Epoch epoch();

    /// Raises the epoch, as a server does that takes over, and returns it.
    protected abstract Epoch raiseEpoch();

    @BeforeEach
    void prepare() {
        index().createBucket(OWNER, BUCKET, QUOTA);
        Worker worker = KernelSamples.worker("w1");
        job = KernelSamples.job("mnist", "ada", KernelSamples.NOON);
        first = KernelSamples.assignment(job, 0, 1, worker);
        second = KernelSamples.assignment(job, 1, 1, worker);
        kernel().commit(
                        epoch(),
                        KernelSamples.inserting(List.of(job), List.of(worker), List.of(first, second)),
                        Participant.NONE);
    }

    @Test
    void a_run_of_which_nothing_is_stored_is_fresh() {
        assertThat(store().load(job.id())).isEqualTo(RunState.fresh(job.id()));
        assertThat(store().rounds(job.id())).isEmpty();
        assertThat(store().outputPrefix(job.id())).isEmpty();
        assertThat(store().committedRounds(Set.of(job.id()))).isEmpty();
    }

    @Test
    void a_first_model_is_stored_with_its_references_and_reservation() {
        assertThat(putFirstModel()).isEqualTo(Outcome.STORED);

        assertThat(store().load(job.id()).models()).containsExactly(Map.entry(0, model(0)));
        assertThat(heldBlobs()).containsExactlyInAnyOrder(model(0).weights().id(), stateOf(model(0)));
        assertThat(bucket().usedBytes()).isEqualTo(1_100);
        assertThat(bucket().reservedBytes()).isEqualTo(RESERVED);
    }

    @Test
    void a_second_first_model_changes_nothing() {
        putFirstModel();
        var other = new FirstModel(new StoredModel(0, blob(99, 5), null), BUCKET, 1);

        assertThat(store().putFirstModel(epoch(), job.id(), holder(second), other))
                .isEqualTo(Outcome.EXISTS);
        assertThat(store().inheritFirstModel(epoch(), job.id(), other)).isEqualTo(Outcome.EXISTS);

        assertThat(store().load(job.id()).models()).containsExactly(Map.entry(0, model(0)));
        assertThat(bucket().reservedBytes()).isEqualTo(RESERVED);
    }

    @Test
    void a_first_model_that_does_not_fit_leaves_nothing() {
        var large = new FirstModel(new StoredModel(0, blob(1, QUOTA - 100), null), BUCKET, 200);

        assertThatThrownBy(() -> store().putFirstModel(epoch(), job.id(), holder(first), large))
                .isInstanceOf(QuotaExceededException.class);

        assertThat(store().load(job.id())).isEqualTo(RunState.fresh(job.id()));
        assertThat(bucket().usedBytes()).isZero();
        assertThat(bucket().reservedBytes()).isZero();
    }

    @Test
    void an_inherited_model_keeps_its_number() {
        store().inheritFirstModel(epoch(), job.id(), new FirstModel(model(4), BUCKET, 0));

        assertThat(store().load(job.id()).models()).containsExactly(Map.entry(4, model(4)));
        assertThat(store().committedRounds(Set.of(job.id()))).containsExactly(Map.entry(job.id(), 4));
    }

    @Test
    void an_update_is_accepted_once() {
        openRound();

        assertThat(accept(first, 10)).isEqualTo(Outcome.STORED);
        assertThat(accept(first, 10)).isEqualTo(Outcome.EXISTS);
        assertThat(accept(first, 99)).isEqualTo(Outcome.EXISTS);

        assertThat(store().load(job.id()).contributions()).containsExactly(Map.entry(0, contribution(first, 10)));
        assertThat(store().hasContribution(job.id(), 0, 0)).isTrue();
        assertThat(store().hasContribution(job.id(), 0, 1)).isFalse();
    }

    @Test
    void an_update_with_another_fence_changes_nothing() {
        openRound();
        var stale = new Holder(first.id(), new Fence("another"), first.shard());

        assertThat(store().acceptContribution(epoch(), job.id(), stale, 0, contribution(first, 10)))
                .isEqualTo(Outcome.STALE_FENCE);

        assertThat(store().load(job.id()).contributions()).isEmpty();
    }

    @Test
    void an_update_of_a_lost_assignment_changes_nothing() {
        openRound();
        lose(first);

        assertThat(accept(first, 10)).isEqualTo(Outcome.STALE_FENCE);
        assertThat(store().putValidation(epoch(), job.id(), holder(first), validation(0, 0, 1)))
                .isEqualTo(Outcome.STALE_FENCE);
        assertThat(stage(first, "a.txt", 1)).isEqualTo(Outcome.STALE_FENCE);
        assertThat(putFirstModel(first)).isEqualTo(Outcome.STALE_FENCE);
    }

    @Test
    void an_update_for_a_round_that_is_not_there_is_refused() {
        assertThat(accept(first, 10)).isEqualTo(Outcome.CLOSED);
    }

    @Test
    void closing_fixes_the_members_and_refuses_later_updates() {
        openRound();
        accept(first, 10);

        assertThat(close()).containsExactly(Map.entry(0, contribution(first, 10)));
        assertThat(accept(second, 20)).isEqualTo(Outcome.CLOSED);
        assertThat(accept(first, 10)).isEqualTo(Outcome.EXISTS);

        Round round = current();
        assertThat(round.state()).isEqualTo(RoundState.CLOSED);
        assertThat(round.closedAt()).isEqualTo(NOON);
        assertThat(round.members()).containsExactly(0);
    }

    @Test
    void closing_again_returns_the_same_members_and_tells_the_journal_once() {
        openRound();
        accept(first, 10);
        close();
        long told = journal().lastSeq(job.id());

        assertThat(close()).containsOnlyKeys(0);

        assertThat(journal().lastSeq(job.id())).isEqualTo(told);
    }

    @Test
    void a_member_whose_update_is_lost_may_send_it_again_after_the_close() {
        openRound();
        accept(first, 10);
        close();

        store().dropContribution(epoch(), job.id(), 0, contribution(first, 10));

        RunState lost = store().load(job.id());
        assertThat(lost.contributions()).isEmpty();
        assertThat(lost.asked()).containsExactly(Map.entry(0, 1));
        assertThat(current().members()).containsExactly(0);
        assertThat(accept(first, 10)).isEqualTo(Outcome.STORED);
        assertThat(accept(second, 10)).isEqualTo(Outcome.CLOSED);
    }

    @Test
    void dropping_an_update_that_was_replaced_meanwhile_changes_nothing() {
        openRound();
        accept(first, 10);
        Contribution there = contribution(first, 10);
        var former = new Contribution(
                there.shard(),
                there.assignment(),
                there.attempt(),
                there.worker(),
                "server-0",
                there.file(),
                there.sizeBytes(),
                there.crc32c(),
                there.samples(),
                there.seconds(),
                there.startedAt(),
                there.receivedAt(),
                there.metrics());

        store().dropContribution(epoch(), job.id(), 0, former);

        assertThat(store().load(job.id()).contributions()).containsOnlyKeys(0);
        assertThat(store().load(job.id()).asked()).isEmpty();
    }

    @Test
    void a_member_can_be_taken_off_the_list() {
        openRound();
        accept(first, 10);
        accept(second, 20);
        close();

        store().removeMember(epoch(), job.id(), 0, 0, List.of());

        assertThat(current().members()).containsExactly(1);
        assertThat(store().load(job.id()).contributions()).containsOnlyKeys(1);
    }

    @Test
    void a_commit_makes_everything_true_at_once() {
        putFirstModel();
        openRound();
        accept(first, 10);
        stage(first, "plots/loss.txt", 1);
        close();
        NewObject file = object("jobs/mnist/files_out/site-1/round_0/plots/loss.txt", blob(501, 30));

        Publication published = commit(List.of(), List.of(file), model(1), Round.open(1, NOON));

        assertThat(published.published())
                .extracting(object -> object.key().value())
                .containsExactly(file.key().value());
        RunState state = store().load(job.id());
        assertThat(state.models()).containsExactly(Map.entry(0, model(0)), Map.entry(1, model(1)));
        assertThat(state.round()).isEqualTo(Round.open(1, NOON));
        assertThat(state.contributions()).isEmpty();
        assertThat(store().stagedFiles(job.id(), 0)).isEmpty();
        assertThat(index().entries(References.staged(job.id()))).isEmpty();
        assertThat(store().committedRounds(Set.of(job.id()))).containsExactly(Map.entry(job.id(), 1));
        RoundRecord committed = store().rounds(job.id()).getFirst();
        assertThat(committed.state()).isEqualTo(RoundState.COMMITTED);
        assertThat(committed.committedAt()).isEqualTo(NOON);
        assertThat(committed.samples()).isEqualTo(10);
        assertThat(committed.metrics()).containsExactly(Map.entry("loss", 0.25));
        assertThat(committed.contributions()).containsExactly(contribution(first, 10));
    }

    /// Nobody is awaited in it: the commit closes it in the same instant.
    @Test
    void a_commit_closes_a_round_that_is_open_still() {
        putFirstModel();
        openRound();
        accept(first, 10);
        accept(second, 20);

        commit(List.of(), List.of(), model(1), Round.open(1, NOON));

        RoundRecord committed = store().rounds(job.id()).getFirst();
        assertThat(committed.state()).isEqualTo(RoundState.COMMITTED);
        assertThat(committed.closedAt()).isEqualTo(NOON);
        assertThat(committed.contributions()).hasSize(2);
        assertThat(accept(first, 10)).isEqualTo(Outcome.EXISTS);
        assertThat(store().load(job.id()).round()).isEqualTo(Round.open(1, NOON));
    }

    @Test
    void a_commit_gives_up_the_models_that_are_kept_no_longer() {
        putFirstModel();
        openRound();
        accept(first, 10);
        close();

        commit(List.of(0), List.of(), model(1), null);

        assertThat(store().load(job.id()).lastModel()).isEqualTo(1);
        assertThat(store().load(job.id()).models()).containsOnlyKeys(1);
        assertThat(heldBlobs()).containsExactlyInAnyOrder(model(1).weights().id(), stateOf(model(1)));
        assertThat(bucket().usedBytes()).isEqualTo(1_100);
    }

    @Test
    void a_commit_that_does_not_fit_leaves_all_as_it_was() {
        putFirstModel();
        openRound();
        accept(first, 10);
        close();
        var large = new StoredModel(1, blob(1, QUOTA), null);

        assertThatThrownBy(() -> commit(List.of(0), List.of(), large, Round.open(1, NOON)))
                .isInstanceOf(QuotaExceededException.class);

        assertThat(store().load(job.id()).models()).containsOnlyKeys(0);
        assertThat(current().number()).isZero();
        assertThat(bucket().usedBytes()).isEqualTo(1_100);
        assertThat(bucket().reservedBytes()).isEqualTo(RESERVED);
    }

    @Test
    void files_that_do_not_fit_are_left_out_and_the_commit_stands() {
        putFirstModel();
        openRound();
        accept(first, 10);
        close();
        NewObject small = object("jobs/mnist/files_out/a", blob(601, 10));
        NewObject large = object("jobs/mnist/files_out/b", blob(602, QUOTA));

        Publication published = commit(List.of(), List.of(large, small), model(1), null);

        assertThat(published.leftOut()).containsExactly(large);
        assertThat(published.published()).hasSize(1);
        assertThat(store().load(job.id()).models()).containsOnlyKeys(0, 1);
    }

    @Test
    void a_validation_replaces_the_former_one_of_its_shard() {
        putFirstModel();

        store().putValidation(epoch(), job.id(), holder(first), validation(1, 0, 0.5));
        store().putValidation(epoch(), job.id(), holder(first), validation(1, 0, 0.75));
        store().putValidation(epoch(), job.id(), holder(second), validation(1, 1, 0.25));

        assertThat(store().load(job.id()).validation(1, 0)).contains(validation(1, 0, 0.75));
        assertThat(store().load(job.id()).validation(1, 1)).contains(validation(1, 1, 0.25));
    }

    @Test
    void validations_belong_to_the_round_that_made_the_model() {
        putFirstModel();
        openRound();
        accept(first, 10);
        close();
        commit(List.of(), List.of(), model(1), null);

        store().putValidation(epoch(), job.id(), holder(first), validation(1, 0, 0.5));

        assertThat(store().rounds(job.id()).getFirst().validations()).containsExactly(validation(1, 0, 0.5));
    }

    @Test
    void files_of_the_same_name_are_kept_for_each_shard_of_an_assignment() {
        openRound();

        assertThat(stage(first, "a.txt", 1)).isEqualTo(Outcome.STORED);
        assertThat(stage(first.of(7), "a.txt", 2)).isEqualTo(Outcome.STORED);

        assertThat(store().stagedFiles(job.id(), 0))
                .containsExactly(staged(first, "a.txt", 1), staged(first.of(7), "a.txt", 2));
        assertThat(index().entries(References.staged(job.id()))).hasSize(2);
    }

    @Test
    void updates_are_kept_for_each_shard_of_an_assignment() {
        openRound();

        assertThat(accept(first, 10)).isEqualTo(Outcome.STORED);
        assertThat(accept(first.of(7), 20)).isEqualTo(Outcome.STORED);
        assertThat(accept(first.of(7), 20)).isEqualTo(Outcome.EXISTS);

        assertThat(store().load(job.id()).contributions().keySet()).containsExactly(0, 7);
    }

    @Test
    void a_staged_file_is_held_until_its_round_is_past() {
        openRound();

        assertThat(stage(first, "a.txt", 1)).isEqualTo(Outcome.STORED);
        assertThat(stage(first, "a.txt", 2)).isEqualTo(Outcome.STORED);
        assertThat(stage(second, "a.txt", 3)).isEqualTo(Outcome.STORED);

        assertThat(store().stagedFiles(job.id(), 0))
                .containsExactly(staged(first, "a.txt", 2), staged(second, "a.txt", 3));
        assertThat(index().entries(References.staged(job.id())))
                .extracting(SnapshotEntry::blob)
                .containsExactlyInAnyOrder(blob(502, 30).id(), blob(503, 30).id());
    }

    @Test
    void outputs_of_the_former_job_on_a_slug_move_away() {
        Job later = laterJob();
        claim(job);
        index().publish(BUCKET, List.of(object("jobs/mnist/files_out/training_log.txt", blob(1, 10))));
        index().publish(BUCKET, List.of(object("jobs/mnist/model_out/checkpoint.pt", blob(2, 10))));
        index().publish(BUCKET, List.of(object("jobs/mnist/model_def.py", blob(3, 10))));

        claim(later);
        claim(later);

        String previous = "jobs/mnist/previous/" + job.id().value() + "/";
        assertThat(keys("jobs/"))
                .containsExactlyInAnyOrder(
                        "jobs/mnist/model_def.py",
                        previous + "files_out/training_log.txt",
                        previous + "model_out/checkpoint.pt");
        assertThat(store().outputPrefix(job.id())).contains(previous);
        assertThat(store().outputPrefix(later.id())).contains("jobs/mnist/");
        assertThat(store().load(later.id()).outputsClaimed()).isTrue();
    }

    @Test
    void the_end_shows_the_outputs_and_gives_back_what_was_set_aside() {
        putFirstModel();
        openRound();
        stage(first, "a.txt", 1);
        NewObject checkpoint = object("jobs/mnist/model_out/checkpoint.pt", blob(701, 1_400));
        NewObject log = object("jobs/mnist/files_out/training_log.txt", blob(702, 10));
        NewObject large = object("jobs/mnist/files_out/large", blob(703, QUOTA));

        end(List.of(checkpoint), List.of(large, log));

        assertThat(keys("jobs/"))
                .containsExactlyInAnyOrder(checkpoint.key().value(), log.key().value());
        assertThat(bucket().reservedBytes()).isZero();
        assertThat(index().entries(References.staged(job.id()))).isEmpty();
        assertThat(store().rounds(job.id()).getFirst().state()).isEqualTo(RoundState.ABANDONED);
        assertThat(store().load(job.id()).round()).isNull();
        assertThat(store().load(job.id()).models()).containsOnlyKeys(0);
    }

    @Test
    void an_end_whose_outputs_do_not_fit_leaves_all_as_it_was() {
        putFirstModel();
        openRound();
        NewObject large = object("jobs/mnist/model_out/checkpoint.pt", blob(701, QUOTA));

        assertThatThrownBy(() -> end(List.of(large), List.of())).isInstanceOf(QuotaExceededException.class);

        assertThat(keys("jobs/")).isEmpty();
        assertThat(bucket().reservedBytes()).isEqualTo(RESERVED);
        assertThat(current().state()).isEqualTo(RoundState.OPEN);
    }

    @Test
    void deleting_a_job_gives_its_references_back() {
        putFirstModel();
        endJob();

        assertThat(kernel().deleteEnded(epoch(), job.id(), store().delete(job.id())))
                .isTrue();

        assertThat(store().load(job.id())).isEqualTo(RunState.fresh(job.id()));
        assertThat(heldBlobs()).isEmpty();
        assertThat(bucket().usedBytes()).isZero();
        assertThat(bucket().reservedBytes()).isZero();
    }

    @Test
    void a_server_that_was_overtaken_writes_nothing() {
        putFirstModel();
        Epoch former = epoch();
        raiseEpoch();
        Round round = Round.open(0, NOON);

        assertThatThrownBy(() -> store().openRound(former, job.id(), round, List.of()))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().acceptContribution(former, job.id(), holder(first), 0, contribution(first, 1)))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().closeRound(former, job.id(), 0, NOON, List.of()))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().claimOutputs(former, job.id(), OWNER, BUCKET, "mnist"))
                .isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> store().publish(former, job.id(), BUCKET, List.of()))
                .isInstanceOf(StaleEpochException.class);
        assertThat(store().load(job.id()).round()).isNull();
        assertThat(store().outputPrefix(job.id())).isEmpty();
    }

    private Outcome putFirstModel() {
        return putFirstModel(first);
    }

    private Outcome putFirstModel(Assignment from) {
        return store().putFirstModel(epoch(), job.id(), holder(from), new FirstModel(model(0), BUCKET, RESERVED));
    }

    private void openRound() {
        Note opened = new Note.Event(NOON, "round", "{\"round\": 0}");
        store().openRound(epoch(), job.id(), Round.open(0, NOON), List.of(opened));
        store().openRound(epoch(), job.id(), Round.open(0, NOON.plusSeconds(9)), List.of(opened));
    }

    private Outcome accept(Assignment from, long samples) {
        return store().acceptContribution(epoch(), job.id(), holder(from), 0, contribution(from, samples));
    }

    private Map<Integer, Contribution> close() {
        return store().closeRound(epoch(), job.id(), 0, NOON, List.of(new Note.Event(NOON, "round", "{\"round\": 0}")));
    }

    private Outcome stage(Assignment from, String path, int number) {
        return store().stageFile(epoch(), job.id(), holder(from), BUCKET, staged(from, path, number));
    }

    private static StagedFile staged(Assignment from, String path, int number) {
        return new StagedFile(0, from.shard(), from.id(), path, blob(500 + number, 30));
    }

    private Publication commit(List<Integer> dropped, List<NewObject> files, StoredModel made, @Nullable Round next) {
        Round stored = current();
        Round closed = stored.state() == RoundState.OPEN
                ? stored.close(
                        new TreeSet<>(store().load(job.id()).contributions().keySet()), NOON)
                : stored;
        return store().commitRound(
                        epoch(),
                        job.id(),
                        new RoundCommit(
                                closed,
                                made,
                                10,
                                Map.of("loss", 0.25),
                                dropped,
                                BUCKET,
                                RESERVED - 500,
                                files,
                                List.of(new Note.Event(NOON, "round", "{\"round\": 0}")),
                                next,
                                next == null,
                                NOON));
    }

    private void claim(Job claiming) {
        store().claimOutputs(epoch(), claiming.id(), OWNER, BUCKET, "mnist");
    }

    private void end(List<NewObject> required, List<NewObject> optional) {
        Participant end = store().end(job.id(), new FinalOutputs(BUCKET, required, optional, List.of()), NOON);
        kernel().commit(epoch(), Changes.NONE, end);
    }

    private void lose(Assignment lost) {
        kernel().commit(
                        epoch(),
                        KernelSamples.updating(List.of(), List.of(), List.of(lost.lose(NOON, null))),
                        Participant.NONE);
    }

    private void endJob() {
        Job ended = job.requestCancel("ada", NOON).cancelled(NOON);
        List<Assignment> stopped = List.of(first.stopped(NOON), second.stopped(NOON));
        kernel().commit(epoch(), KernelSamples.updating(List.of(ended), List.of(), stopped), Participant.NONE);
    }

    private Job laterJob() {
        endJob();
        Job later = KernelSamples.job("later", "ada", KernelSamples.NOON);
        kernel().commit(epoch(), KernelSamples.inserting(List.of(later), List.of(), List.of()), Participant.NONE);
        return later;
    }

    private Round current() {
        return Optional.ofNullable(store().load(job.id()).round()).orElseThrow();
    }

    private Bucket bucket() {
        return index().bucket(BUCKET);
    }

    private List<BlobId> heldBlobs() {
        return index().entries(References.models(job.id())).stream()
                .map(SnapshotEntry::blob)
                .toList();
    }

    private static BlobId stateOf(StoredModel model) {
        return Optional.ofNullable(model.state()).orElseThrow().id();
    }

    private List<String> keys(String prefix) {
        var keys = new ArrayList<String>();
        for (String key : List.of(
                "jobs/mnist/model_def.py",
                "jobs/mnist/files_out/training_log.txt",
                "jobs/mnist/files_out/large",
                "jobs/mnist/model_out/checkpoint.pt",
                "jobs/mnist/previous/" + job.id().value() + "/files_out/training_log.txt",
                "jobs/mnist/previous/" + job.id().value() + "/model_out/checkpoint.pt")) {
            if (key.startsWith(prefix)
                    && index().find(BUCKET, new ObjectKey(key)).isPresent()) {
                keys.add(key);
            }
        }
        return keys;
    }
}
