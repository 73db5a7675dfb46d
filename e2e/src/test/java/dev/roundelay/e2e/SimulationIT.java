package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A few slots that play many sites, on the real product: each site has its own data, files, lines and seed, and how
/// many slots there are changes no bit.
class SimulationIT {
    private static final int ROUNDS = 3;
    private static final int SITES = 5;
    private static final String MODEL = Python.resource("played_model.py");

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        product = Product.start("simulation").withWorkers(List.of("w1"), "--slots", Integer.toString(SITES));
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    @Test
    void the_number_of_slots_changes_no_bit_and_every_site_is_itself() {
        JobView each = product.finish(draft("each", 0, Map.of()));
        JobView two = product.finish(draft("two", 2, Map.of()));
        JobView one = product.finish(draft("one", 1, Map.of()));

        assertThat(model(two)).isEqualTo(model(each));
        assertThat(model(one)).isEqualTo(model(each));
        assertThat(two.shards()).isEqualTo(SITES);
        assertThat(product.api().assignments(two.id()))
                .extracting(AssignmentView::site)
                .containsExactlyInAnyOrder("site-1", "site-2");
        for (int site = 1; site <= SITES; site++) {
            String name = "site-" + site;
            assertThat(file(two, "files_out/%s/round_2/who.txt".formatted(name)))
                    .isEqualTo(name);
            assertThat(lines(two, name)).contains(name + " begins round 0", name + " begins round 2");
        }
        assertThat(product.api().rounds(two.id())).allSatisfy(round -> {
            assertThat(round.contributions()).hasSize(SITES);
            assertThat(round.missing()).isEmpty();
        });
    }

    @Test
    void a_death_of_the_server_changes_no_bit() {
        byte[] undisturbed = model(product.finish(draft("still", 2, Map.of())));
        JobView job = product.submit(draft("killed", 2, Map.of()));
        Eventually.await(
                "a site is at work that is not the first of its slot",
                Duration.ofSeconds(120),
                () -> !lines(job, "site-3").isEmpty());

        product.killServer();
        product.restartServer();

        assertThat(model(product.api().awaitFinished(job.id()))).isEqualTo(undisturbed);
    }

    @Test
    void a_site_that_fails_is_named_and_the_others_of_its_slot_go_on_where_they_may() {
        JobView failed = product.api()
                .awaitEnd(product.submit(draft("fails", 2, Map.of("RAISES_AT", "site-4")))
                        .id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.failure()).isNotNull().satisfies(failure -> {
            assertThat(failure.site()).isEqualTo("site-4");
            assertThat(failure.message()).startsWith("[site-4, round 0]");
        });

        Map<String, Object> lenient = new HashMap<>(federation(2));
        lenient.putAll(Map.of("onSiteError", "continue", "minClients", SITES - 1, "rounds", 1));
        JobView without = product.finish(
                draft("goes-on", 2, Map.of("RAISES_AT", "site-4")).withFederation(lenient));
        assertThat(product.api().rounds(without.id()).getFirst().missing()).containsExactly(3);
    }

    @Test
    void a_simulation_without_slots_is_refused() {
        assertThatThrownBy(() -> product.submit(
                        draft("none", 0, Map.of()).withFederation(Map.of("simulation", Map.of("slots", 0)))))
                .isInstanceOf(Api.RefusedException.class)
                .hasMessageContaining("[federation.simulation.slots]");
    }

    private static List<String> lines(JobView job, String site) {
        return product.api().logs(job.id()).stream()
                .filter(line -> site.equals(line.site()))
                .map(LogLine::message)
                .toList();
    }

    private static String file(JobView job, String path) {
        return new String(product.bucket().get("jobs/" + job.slug() + "/" + path), StandardCharsets.UTF_8);
    }

    private static byte[] model(JobView job) {
        return product.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
    }

    private static Map<String, Object> federation(int slots) {
        return slots == 0
                ? Map.of("rounds", ROUNDS, "seed", 7)
                : Map.of("rounds", ROUNDS, "seed", 7, "simulation", Map.of("slots", slots));
    }

    private static Draft draft(String name, int slots, Map<String, Object> extra) {
        return Draft.of("played-" + name, MODEL, Zips.tables(3, 1, 4, 2, 5), ROUNDS)
                .withFederation(federation(slots))
                .with("training", Map.of("extra", extra));
    }
}
