package dev.roundelay.testkit.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.federation.Acceptance;
import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.Holder;
import dev.roundelay.federation.ReceivedBody;
import dev.roundelay.federation.RoundNotKeptException;
import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.UpdateMeta;
import dev.roundelay.kernel.KernelException;
import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.journal.MetricQuery;
import dev.roundelay.kernel.journal.Point;
import dev.roundelay.kernel.journal.Warning;
import dev.roundelay.storage.Bucket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a job does when things go well, and when one thing does not.
class RunScenarioTest {
    @TempDir
    Path folder;

    private SimWorld world;

    @BeforeEach
    void start() throws IOException {
        world = new SimWorld(folder, 1);
    }

    @Test
    void a_job_trains_its_rounds_and_leaves_its_outputs() throws IOException {
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 3));

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).startsWith('P', 'K');
        assertThat(world.text("jobs/digits/files_out/metrics.csv").lines())
                .hasSize(4)
                .first()
                .isEqualTo("round,started_at,seconds,sites,samples,accuracy,loss");
        assertThat(world.text("jobs/digits/files_out/metrics_by_site.csv").lines())
                .hasSize(7)
                .first()
                .isEqualTo("round,site,attempt,started_at,seconds,samples,accuracy,loss");
        assertThat(world.text("jobs/digits/files_out/training_log.txt"))
                .contains(" site-1 info 0 1 training\n", " server info - ");
        assertThat(warnings(job)).isEmpty();
    }

    @Test
    void a_job_is_running_only_when_all_are_ready_and_the_first_weights_are_there() throws IOException {
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 1));

        world.runUntil(() -> world.state(job) == JobState.RUNNING);

        assertThat(world.runStore.load(job).models()).containsOnlyKeys(0);
    }

    @Test
    void between_two_terms_nobody_hears_of_a_stale_fence() throws IOException {
        agents(1);
        JobId job = world.submit(RunSpec.fedAvg(1, 3));
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        Assignment held = world.kernel.view().image().live(job).getFirst();

        var from = new Holder(held.id(), held.fence(), held.shard());

        world.runs.deactivate();

        Path update = world.runs.newUpdateFile(held, 0);
        Files.writeString(update, "an update whose body came in while the term ended");
        assertThatThrownBy(() -> world.runs.refusal(from, 0))
                .isInstanceOf(KernelException.class)
                .hasMessageEndingWith("its run is not at work on this server now; try again in a second");
        assertThatThrownBy(() -> world.runs.acceptUpdate(
                        from, 0, new ReceivedBody(update, 1, 1, 1), new UpdateMeta(1, Map.of(), 1)))
                .isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> world.runs.acceptValidation(from, 0, Map.of(), 1, 1))
                .isInstanceOf(KernelException.class);
        assertThat(update).doesNotExist();

        world.runs.activate(world.epoch);
        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void a_validation_metric_belongs_to_the_round_that_made_the_model() throws IOException {
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));
        world.runToEnd(job);

        List<Point> accuracy = world.journal.metrics(job, new MetricQuery(Set.of("accuracy"), null, 100)).stream()
                .filter(point -> point.site() == null)
                .toList();

        // Shard s measures model / 10 + s; both have 5 samples.
        assertThat(accuracy).extracting(Point::round).containsExactly(0, 1);
        assertThat(accuracy).extracting(Point::value).containsExactly(0.6, 0.7);
        assertThat(world.runStore.rounds(job).getLast().validations()).hasSize(2);
    }

    @Test
    void the_last_validation_is_not_awaited_for_ever() throws IOException {
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 1));
        world.runUntil(() -> world.committedRounds(job) == 1);
        world.agents.forEach(agent -> agent.network = () -> SimAgent.Fate.DELIVERED);
        world.agents.getLast().validationFails = true;

        world.runToEnd(job);

        assertThat(world.state(job)).isEqualTo(JobState.FINISHED);
        assertThat(world.runStore.rounds(job).getLast().validations()).hasSize(1);
    }

    @Test
    void the_job_s_own_persistor_saves_the_last_model_at_one_site() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.validates = false);
        JobId job = world.submit(new RunSpecBuilder(2, 2).saves().build());

        world.runToEnd(job);

        assertThat(world.state(job)).isEqualTo(JobState.FINISHED);
        assertThat(world.text("jobs/digits/model_out/GLOBAL_MODEL.pt")).isEqualTo("model 2");
        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).startsWith('P', 'K');
        assertThat(world.runStore.rounds(job).getLast().validations()).hasSize(1);
    }

    @Test
    void the_last_model_is_saved_elsewhere_if_the_site_that_was_to_save_it_is_lost() throws IOException {
        agents(3);
        world.agents.forEach(agent -> agent.delaysSaving = true);
        JobId job = world.submit(new RunSpecBuilder(2, 1).saves().build());
        world.runUntil(() -> world.committedRounds(job) == 1);
        world.agents.forEach(agent -> agent.delaysSaving = false);
        holder(job, 0).away = true;

        world.runToEnd(job);

        assertThat(world.state(job)).isEqualTo(JobState.FINISHED);
        assertThat(world.text("jobs/digits/model_out/GLOBAL_MODEL.pt")).isEqualTo("model 1");
        assertThat(world.kernelStore.assignments(job)).hasSize(3);
    }

    @Test
    void a_lost_workers_shard_goes_to_a_spare_one_and_the_bits_are_the_same() throws IOException {
        byte[] undisturbed = undisturbed(2, 3);
        agents(3);
        JobId job = world.submit(RunSpec.fedAvg(2, 3));
        world.runUntil(() -> world.committedRounds(job) == 1);
        holder(job, 1).away = true;

        world.runToEnd(job);

        assertThat(world.state(job)).isEqualTo(JobState.FINISHED);
        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isEqualTo(undisturbed);
        assertThat(world.kernelStore.assignments(job)).hasSize(3);
    }

    @Test
    void a_round_closes_some_time_after_enough_have_answered_and_late_updates_are_warned_of() throws IOException {
        agents(3);
        JobId job = world.submit(
                spec(3, 2).minClients(2).waitAfterMin(Duration.ofSeconds(10)).build());
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        SimAgent slow = holder(job, 2);
        slow.holdsBack = (shard, round) -> true;
        world.runUntil(() -> world.runStore.load(job).contributions().size() == 2);

        world.advance(Duration.ofSeconds(9));
        assertThat(world.committedRounds(job)).isZero();
        world.advance(Duration.ofSeconds(2));
        assertThat(world.committedRounds(job)).isPositive();
        slow.sendLate(0);
        slow.holdsBack = (shard, round) -> false;
        world.runToEnd(job);

        assertThat(world.runStore.rounds(job).getFirst().members()).containsExactly(0, 1);
        assertThat(world.runStore.rounds(job).getLast().members()).containsExactly(0, 1, 2);
        assertThat(warnings(job)).containsExactlyInAnyOrder("site_left_out site-3 0", "late_update site-3 0");
    }

    @Test
    void a_round_that_misses_its_bound_fails_the_job() throws IOException {
        agents(2);
        JobId job = world.submit(spec(2, 2).roundTimeout(Duration.ofSeconds(20)).build());
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        holder(job, 1).holdsBack = (shard, round) -> true;

        Failure failure = failure(world.runToEnd(job));

        assertThat(failure.reason()).isEqualTo("time_limit");
        assertThat(failure.message()).contains("round 0", "1 of at least 2", "roundTimeoutSeconds");
    }

    @Test
    void a_lost_update_is_asked_for_again() throws IOException {
        byte[] undisturbed = undisturbed(2, 2);
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        holder(job, 1).holdsBack = (shard, round) -> true;
        world.runUntil(() -> world.runStore.load(job).contributions().size() == 1);
        deleteSpooled(job, 0);
        holder(job, 1).holdsBack = (shard, round) -> false;

        world.runToEnd(job);

        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isEqualTo(undisturbed);
        assertThat(world.runStore.rounds(job).getFirst().members()).containsExactly(0, 1);
    }

    @Test
    void an_update_on_another_servers_disk_is_asked_for_again() throws IOException {
        byte[] undisturbed = undisturbed(2, 2);
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        holder(job, 1).holdsBack = (shard, round) -> true;
        world.runUntil(() -> world.runStore.load(job).contributions().size() == 1);

        world.serverId = "server-2";
        world.startServer();
        holder(job, 1).holdsBack = (shard, round) -> false;
        world.runToEnd(job);

        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isEqualTo(undisturbed);
        assertThat(world.runStore.rounds(job).getFirst().contributions())
                .extracting(Contribution::server)
                .containsOnly("server-2");
    }

    @Test
    void an_empty_first_model_takes_its_names_from_the_lowest_shard() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.emptyFirstModel = true);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(Tensors.read(world.runs.model(job, 2).path())).hasSize(3);
    }

    @Test
    void with_an_empty_first_model_a_site_with_other_names_fails_the_job() throws IOException {
        agents(2);
        world.agents.forEach(agent -> {
            agent.emptyFirstModel = true;
            agent.misnames = (shard, round) -> shard == 1;
        });
        JobId job = world.submit(RunSpec.fedAvg(2, 2));

        Failure failure = failure(world.runToEnd(job));

        assertThat(failure.reason()).isEqualTo("invalid_update");
        assertThat(failure.site()).isEqualTo("site-2");
    }

    @Test
    void an_update_with_a_wrong_name_fails_the_job_and_says_where() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.misnames = (shard, round) -> shard == 1 && round == 1);
        JobId job = world.submit(RunSpec.fedAvg(2, 3));

        Failure failure = failure(world.runToEnd(job));

        assertThat(failure.reason()).isEqualTo("invalid_update");
        assertThat(failure.message()).startsWith("[round 1, site site-2, tensor other]");
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_1.pt")).isTrue();
        assertThat(world.exists("jobs/digits/model_out/checkpoint.pt")).isFalse();
    }

    @Test
    void a_site_whose_code_fails_sits_out_where_the_job_may_go_on() throws IOException {
        agents(3);
        world.agents.forEach(agent -> agent.raises = (shard, round) -> shard == 2 && round == 1);
        JobId job = world.submit(spec(3, 3).minClients(2).continueOnSiteError().build());

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(world.runStore.rounds(job))
                .extracting(RoundRecord::members)
                .containsExactly(shards(0, 1, 2), shards(0, 1), shards(0, 1, 2));
        assertThat(warnings(job)).contains("site_left_out site-3 1");
    }

    @Test
    void few_slots_work_through_many_shards_and_the_bits_are_the_same() throws IOException {
        byte[] undisturbed = undisturbed(7, 3);
        agents(2);
        JobId job = world.submit(spec(7, 3).slots(2).build());

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isEqualTo(undisturbed);
        assertThat(world.kernelStore.assignments(job)).hasSize(2);
        assertThat(world.runStore.rounds(job)).allSatisfy(round -> {
            assertThat(round.contributions()).extracting(Contribution::shard).containsExactly(0, 1, 2, 3, 4, 5, 6);
            assertThat(round.validations()).hasSize(7);
        });
    }

    @Test
    void of_the_shards_of_a_slot_only_the_one_whose_code_fails_sits_out() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.raises = (shard, round) -> shard == 4 && round == 1);
        JobId job = world.submit(
                spec(7, 3).slots(2).minClients(6).continueOnSiteError().build());

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(world.runStore.rounds(job))
                .extracting(RoundRecord::members)
                .containsExactly(shards(0, 1, 2, 3, 4, 5, 6), shards(0, 1, 2, 3, 5, 6), shards(0, 1, 2, 3, 4, 5, 6));
        assertThat(warnings(job)).contains("site_left_out site-5 1");
    }

    @Test
    void a_job_of_a_simulation_fails_where_too_few_shards_can_answer() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.raises = (shard, round) -> shard == 4 && round == 1);
        JobId job = world.submit(
                spec(7, 3).slots(2).minClients(7).continueOnSiteError().build());

        assertThat(failure(world.runToEnd(job)).reason()).isEqualTo("train_raised");
    }

    @Test
    void an_assignment_answers_for_no_shard_of_another_one() throws IOException {
        agents(2);
        JobId job = world.submit(spec(7, 3).slots(2).build());
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        Assignment held =
                Objects.requireNonNull(world.kernel.view().image().current(job).get(0));

        var other = new Holder(held.id(), held.fence(), 3);

        assertThat(world.runs.acceptValidation(other, 0, Map.of(), 1, 1)).isEqualTo(new Acceptance.StaleFence());
        assertThat(world.runs.refusal(other, 0)).contains(new Acceptance.StaleFence());
        assertThat(world.runs.refusal(new Holder(held.id(), held.fence(), 9), 0))
                .contains(new Acceptance.StaleFence());
    }

    @Test
    void a_failed_job_leaves_its_log_and_metrics() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.raises = (shard, round) -> shard == 1 && round == 1);
        JobId job = world.submit(RunSpec.fedAvg(2, 3));

        assertThat(failure(world.runToEnd(job)).reason()).isEqualTo("train_raised");

        assertThat(world.text("jobs/digits/files_out/training_log.txt")).contains("failed: ValueError");
        assertThat(world.text("jobs/digits/files_out/metrics.csv").lines()).hasSize(2);
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_1.pt")).isTrue();
        assertThat(world.index.bucket(SimWorld.BUCKET).reservedBytes()).isZero();
    }

    @Test
    void a_cancelled_job_ends_when_its_workers_have_stopped_and_keeps_what_it_has() throws IOException {
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 50));
        world.runUntil(() -> world.committedRounds(job) == 2);

        var _ = world.kernel.cancel(job, "ada");
        assertThat(world.job(job).phase()).isEqualTo(JobPhase.STOPPING);
        world.runToEnd(job);

        assertThat(world.state(job)).isEqualTo(JobState.CANCELLED);
        assertThat(world.kernelStore.assignments(job)).allMatch(assignment -> !assignment.isLive());
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_" + world.committedRounds(job) + ".pt"))
                .isTrue();
    }

    @Test
    void a_queued_job_can_be_cancelled() throws IOException {
        JobId job = world.submit(RunSpec.fedAvg(2, 1));

        var _ = world.kernel.cancel(job, "ada");

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void outputs_of_a_former_job_on_the_slug_move_away() throws IOException {
        agents(2);
        JobId former = world.submit(RunSpec.fedAvg(2, 1));
        world.runToEnd(former);
        byte[] checkpoint = world.object("jobs/digits/model_out/checkpoint.pt");

        JobId later = world.submit(RunSpec.fedAvg(2, 2));
        world.runToEnd(later);

        String previous = "jobs/digits/previous/" + former + "/";
        assertThat(world.object(previous + "model_out/checkpoint.pt")).isEqualTo(checkpoint);
        assertThat(world.runStore.outputPrefix(former)).contains(previous);
        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isNotEqualTo(checkpoint);
    }

    @Test
    void a_checkpoint_that_cannot_fit_fails_the_job_before_the_first_round() throws IOException {
        world.index.changeQuota(SimWorld.BUCKET, 1_000);
        agents(2);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));

        Failure failure = failure(world.runToEnd(job));

        assertThat(failure.reason()).isEqualTo("storage_quota_exceeded");
        assertThat(world.runStore.rounds(job)).isEmpty();
    }

    @Test
    void old_models_are_dropped_but_those_that_are_to_be_kept() throws IOException {
        agents(2);
        JobId job = world.submit(spec(2, 7).checkpointEvery(3).build());
        world.runToEnd(job);

        assertThat(world.runStore.load(job).models()).containsOnlyKeys(3, 6, 7);
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_3.pt")).isTrue();
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_6.pt")).isTrue();
        assertThat(world.exists("jobs/digits/model_out/checkpoint_round_4.pt")).isFalse();
        assertThatThrownBy(() -> world.runs.model(job, 4)).isInstanceOf(RoundNotKeptException.class);
    }

    @Test
    void the_best_model_is_kept_and_patience_ends_the_run() throws IOException {
        agents(2);
        // Shard s measures model / 10 + s: the first model that a round makes is the lowest.
        var select = new RunSpec.Select("accuracy", false, 3, null);
        JobId job = world.submit(spec(2, 20).select(select).build());

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        // Model 1 is the best, models 2, 3 and 4 are not; that is known when model 5 is made.
        assertThat(world.committedRounds(job)).isEqualTo(5);
        assertThat(world.runStore.load(job).models()).containsOnlyKeys(1, 4, 5);
        assertThat(world.text("jobs/digits/files_out/training_log.txt"))
                .contains("finished with model 5; the best one is 1 with accuracy 0.6");
    }

    @Test
    void a_target_ends_the_run() throws IOException {
        agents(2);
        var select = new RunSpec.Select("accuracy", true, null, 0.75);
        JobId job = world.submit(spec(2, 20).select(select).build());

        world.runToEnd(job);

        // Model 3 has 0.8; that is known when model 4 is made.
        assertThat(world.committedRounds(job)).isEqualTo(4);
    }

    @Test
    void files_of_members_appear_with_the_commit() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.writesFiles = true);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));

        world.runToEnd(job);

        assertThat(world.text("jobs/digits/files_out/site-2/round_1/plots/loss.txt"))
                .isEqualTo("shard 1 round 1");
        assertThat(world.exists("jobs/digits/files_out/site-1/round_0/plots/loss.txt"))
                .isTrue();
    }

    @Test
    void files_that_do_not_fit_are_left_out_with_a_warning() throws IOException {
        agents(2);
        world.agents.forEach(agent -> agent.writesFiles = true);
        JobId job = world.submit(RunSpec.fedAvg(2, 2));
        world.runUntil(() -> world.state(job) == JobState.RUNNING);
        Bucket bucket = world.index.bucket(SimWorld.BUCKET);
        world.index.changeQuota(SimWorld.BUCKET, bucket.usedBytes() + bucket.reservedBytes());

        Job ended = world.runToEnd(job);

        assertThat(warnings(job)).contains("files_not_stored site-1 0");
        assertThat(ended.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void a_job_goes_on_from_a_model_of_an_earlier_one() throws IOException {
        byte[] undisturbed = undisturbed(2, 4);
        agents(2);
        JobId former = world.submit(RunSpec.fedAvg(2, 2));
        world.runToEnd(former);

        JobId later = world.submit(spec(2, 4).origin(former, 2).build());
        world.runToEnd(later);

        assertThat(world.runStore.rounds(later)).extracting(RoundRecord::number).containsExactly(2, 3);
        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).isEqualTo(undisturbed);
    }

    @Test
    void a_job_without_any_metric_is_told_so() throws IOException {
        agents(2);
        world.agents.forEach(agent -> {
            agent.validates = false;
            agent.metrics = Map.of();
        });
        JobId job = world.submit(RunSpec.fedAvg(2, 2));

        world.runToEnd(job);

        assertThat(warnings(job)).containsExactly("no_metrics null null");
    }

    private void agents(int count) {
        for (int i = 0; i < count; i++) {
            world.agent("worker-" + world.agents.size());
        }
    }

    private byte[] undisturbed(int shards, int rounds) throws IOException {
        var calm = new SimWorld(Files.createDirectories(folder.resolve("calm")), 7);
        for (int i = 0; i < shards; i++) {
            calm.agent("calm-" + i);
        }
        JobId job = calm.submit(RunSpec.fedAvg(shards, rounds));
        assertThat(calm.runToEnd(job).state()).isEqualTo(JobState.FINISHED);
        return calm.object("jobs/digits/model_out/checkpoint.pt");
    }

    private SimAgent holder(JobId job, int shard) {
        var worker = Objects.requireNonNull(
                        world.kernel.view().image().current(job).get(shard))
                .workerId();
        return world.agents.stream()
                .filter(agent -> agent.id.equals(worker))
                .findFirst()
                .orElseThrow();
    }

    private void deleteSpooled(JobId job, int shard) throws IOException {
        Contribution lost =
                Objects.requireNonNull(world.runStore.load(job).contributions().get(shard));
        Files.delete(world.spoolFolder.resolve(lost.file()));
    }

    private List<String> warnings(JobId job) {
        return world.journal.warnings(job).stream()
                .map((Warning warning) -> warning.code() + " " + warning.site() + " " + warning.round())
                .toList();
    }

    private static Failure failure(Job ended) {
        assertThat(ended.state()).isEqualTo(JobState.FAILED);
        return Objects.requireNonNull(ended.failure());
    }

    private static SortedSet<Integer> shards(Integer... shards) {
        return new TreeSet<>(List.of(shards));
    }

    private static RunSpecBuilder spec(int shards, int rounds) {
        return new RunSpecBuilder(shards, rounds);
    }
}
