package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Product;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Jobs under faults: whatever dies, the same bits come out. `make chaos` runs many; a few run in every build.
///
/// System properties: `chaos.faults` (how many), `chaos.seed` (which).
class ChaosIT {
    private static final List<String> WORKERS = List.of("w1", "w2", "w3", "w4");

    @Test
    void a_job_ends_with_the_same_bits_whatever_dies_under_it() throws IOException {
        int count = Integer.getInteger("chaos.faults", 5);
        long seed = Long.getLong("chaos.seed", 20_261_201L);
        List<Trial> trials = new ArrayList<>();
        try (Product product = Product.startMortal("chaos");
                Wire wire = new Wire(
                        URI.create(Objects.requireNonNull(product.credentials().get("RESON_BASE_URL"))))) {
            product.through(wire.address().toString()).withWorkers(WORKERS);
            // The first one takes cold code; the second one shows how long a job takes, and which points it passes.
            undisturbed(product, "first");
            long begin = System.nanoTime();
            byte[] expected = undisturbed(product, "second");
            Duration job = Duration.ofNanos(System.nanoTime() - begin);
            FaultPlan plan = new FaultPlan(seed, job, product.points(Fault.SERVER), workerPoints(product), WORKERS);
            System.out.printf("[chaos] seed %d, a job takes %.1f s undisturbed%n", seed, job.toMillis() / 1000.0);
            try (Keeper keeper = new Keeper(product, WORKERS)) {
                Ordeal ordeal = new Ordeal(product, keeper, new Victims(product, WORKERS), wire, expected);
                for (Fault fault : plan.draw(count)) {
                    Trial trial = ordeal.run(trials.size() + 1, fault);
                    trials.add(trial);
                    System.out.println("[chaos] " + trial);
                }
            }
        }
        Summary.print(trials);

        assertThat(trials)
                .hasSize(count)
                .allSatisfy(trial -> assertThat(trial.wrong()).as("%s", trial).isEmpty());
    }

    private static byte[] undisturbed(Product product, String name) {
        ChaosJob job = new ChaosJob(product, name);
        JobView submitted = product.api().submit(job.prepared());
        JobView ended = product.api().awaitFinished(submitted.id());
        byte[] model = job.model();
        assertThat(job.faultsOf(ended, model)).as("without a fault").isEmpty();
        return model;
    }

    private static List<String> workerPoints(Product product) {
        return WORKERS.stream()
                .flatMap(name -> product.points(name).stream())
                .distinct()
                .sorted()
                .toList();
    }
}
