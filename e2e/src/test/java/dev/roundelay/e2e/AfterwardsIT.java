package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.contract.job.RoundView;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Long jobs: they are continued, the best model is kept, they end when they get no better; and data that stays
/// where it is.
class AfterwardsIT {
    private static final String STEADY = Python.resource("steady_model.py");
    private static final String COUNTING = Python.resource("counting_model.py");

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() throws IOException {
        product = Product.start("afterwards");
        for (String name : List.of("w1", "w2")) {
            Path data = Files.createDirectories(product.folder().resolve("ward-" + name));
            Files.writeString(data.resolve("of-" + name + ".csv"), "1,2\n");
            product.withWorkers(List.of(name), "--dataset", "ward=" + data);
        }
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void a_job_continued_from_a_round_ends_with_the_bits_of_one_that_was_never_cut() {
        JobView whole = product.finish(draft("whole", 4, Map.of()));
        JobView half = product.finish(draft("half", 2, Map.of()));

        JobView rest = resubmitted(half, Map.of("fromRound", "last", "rounds", 4));

        assertThat(rest.parentId()).isEqualTo(half.id());
        assertThat(rest.rounds()).isEqualTo(4);
        assertThat(rest.round()).isEqualTo(4);
        assertThat(product.api().rounds(rest.id()))
                .extracting(RoundView::number)
                .containsExactlyInAnyOrder(2, 3);
        assertThat(model("half")).isEqualTo(model("whole"));
        assertThat(product.bucket().keys("jobs/half/previous/" + half.id() + "/model_out/"))
                .hasSize(1);
        assertThat(whole.state()).isEqualTo(JobState.FINISHED);
    }

    @Test
    void a_kept_round_in_the_middle_is_gone_on_from_and_another_name_leaves_the_first_outputs() {
        JobView all = product.finish(draft("all", 5, Map.of("checkpointEvery", 1)));

        JobView again = resubmitted(all, Map.of("fromRound", 2, "name", "all from two"));

        assertThat(again.slug()).isEqualTo("all-from-two");
        assertThat(model("all-from-two")).isEqualTo(model("all"));
        assertThat(product.bucket().keys("jobs/all/model_out/")).contains("jobs/all/model_out/checkpoint_round_2.pt");
    }

    @Test
    void the_same_again_from_the_start_gives_the_same_bits() {
        JobView once = product.finish(draft("twice", 2, Map.of()));
        byte[] before = model("twice");

        JobView again = resubmitted(once, Map.of());

        assertThat(again.id()).isNotEqualTo(once.id());
        assertThat(model("twice")).isEqualTo(before);
    }

    @Test
    void a_site_that_hangs_shows_where_its_python_stands_and_can_be_cancelled() {
        String hanging = STEADY.replace(
                "def fl_train(",
                "def wait_for_godot():\n    import threading\n"
                        + "    threading.Event().wait()\n\n\ndef fl_train(model, env, out_dir, logger=None):\n"
                        + "    logger('waiting')\n    wait_for_godot()\n\n\ndef never(");
        JobView job = product.submit(Draft.of("hanging", hanging, Zips.tables(3), 1));
        Eventually.await(
                "it waits",
                Duration.ofSeconds(60),
                () -> product.api().logs(job.id()).stream()
                        .anyMatch(line -> line.message().equals("waiting")));
        AssignmentView held = product.api().assignments(job.id()).getFirst();

        var _ = product.api().call("POST", "/api/v1/jobs/" + job.id() + "/assignments/" + held.id() + "/stack", null);

        Eventually.await(
                "its stack is in the log",
                Duration.ofSeconds(30),
                () -> product.api().logs(job.id()).stream()
                        .map(LogLine::message)
                        .anyMatch(line -> line.contains("in wait_for_godot")));
        product.api().cancel(job.id());
        assertThat(product.api().awaitEnd(job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThatThrownBy(() -> product.api()
                        .call("POST", "/api/v1/jobs/" + job.id() + "/assignments/" + held.id() + "/stack", null))
                .hasMessageContaining("nothing runs any more");
    }

    @Test
    void what_cannot_be_continued_is_refused_with_the_reason_and_leaves_nothing() {
        JobView job = product.finish(draft("refused", 4, Map.of()));
        int before = product.api().jobNames().size();

        assertRefused(job, Map.of("fromRound", 1), 410, "round_not_kept");
        assertRefused(job, Map.of("fromRound", "last"), 400, "[rounds]");
        assertRefused(job, Map.of("fromRound", "first"), 400, "[fromRound]");
        assertRefused(job, Map.of("rounds", 0), 400, "[federation.rounds]");
        assertRefused(job, Map.of("selection", Map.of("workerIds", List.of("wrk_no"))), 400, "unknown_worker");
        product.bucket().put("jobs/refused/shards/part_1.zip", Zips.tables(7).getFirst());
        assertRefused(job, Map.of(), 409, "jobs/refused/shards/part_1.zip");
        product.bucket().delete("jobs/refused/shards/part_0.zip");
        assertRefused(job, Map.of(), 409, "jobs/refused/shards/part_0.zip");

        assertThat(product.api().jobNames()).hasSize(before);
    }

    private static void assertRefused(JobView job, Map<String, Object> wish, int status, String proof) {
        assertThatThrownBy(() -> product.api().resubmit(job.id(), wish))
                .isInstanceOfSatisfying(
                        Api.RefusedException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContaining(proof);
    }

    @Test
    void the_best_model_is_kept_and_a_job_that_gets_no_better_ends_early() {
        Draft draft = Draft.of("best", COUNTING, Zips.tables(3, 3), 20)
                .withFederation(
                        Map.of("rounds", 20, "select", Map.of("metric", "score", "mode", "max", "patience", 2)));

        JobView job = product.finish(draft);

        assertThat(job.round()).isBetween(4, 5);
        assertThat(product.bucket().keys("jobs/best/model_out/"))
                .containsExactlyInAnyOrder("jobs/best/model_out/best.pt", "jobs/best/model_out/checkpoint.pt");
        assertThat(firstWeight("best.pt")).isEqualTo(2.0);
        assertThat(firstWeight("checkpoint.pt")).isEqualTo(job.round());
    }

    private static double firstWeight(String name) {
        try {
            Path file = product.folder().resolve(name);
            Files.write(file, product.bucket().get("jobs/best/model_out/" + name));
            return Double.parseDouble(
                    Python.run(Python.SYSTEM, Map.of(), product.folder(), "first_weight.py", file.toString())
                            .strip());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void data_that_workers_hold_is_trained_where_it_is_and_never_uploaded() {
        Map<String, Object> spec =
                new HashMap<>(Draft.of("wards", COUNTING, List.of(), 2).upload(product.bucket()));
        spec.remove("shards");
        spec.put("dataset", "ward");

        JobView job = product.api().awaitFinished(product.api().submit(spec).id());

        assertThat(job.shards()).isEqualTo(2);
        List<String> lines =
                product.api().logs(job.id()).stream().map(LogLine::message).toList();
        for (AssignmentView site : product.api().assignments(job.id())) {
            assertThat(lines).contains("%s sees ['of-%s.csv']".formatted(site.site(), site.workerName()));
        }
        assertThat(product.bucket().keys("jobs/wards/"))
                .noneMatch(key -> key.endsWith(".csv") && !key.contains("metrics"));
    }

    private static Draft draft(String name, int rounds, Map<String, Object> federation) {
        Map<String, Object> all = new HashMap<>(federation);
        all.put("rounds", rounds);
        return Draft.of(name, STEADY, Zips.tables(10, 20), rounds).withFederation(all);
    }

    private static JobView resubmitted(JobView job, Map<String, Object> wish) {
        return product.api()
                .awaitFinished(product.api().resubmit(job.id(), wish).id());
    }

    private static byte[] model(String slug) {
        return product.bucket().get("jobs/" + slug + "/model_out/checkpoint.pt");
    }
}
