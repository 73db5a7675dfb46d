package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Setup;
import dev.roundelay.e2e.product.Wire;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Jobs under faults: whatever dies, the same bits come out. `make chaos` runs many; a few run in every build.
///
/// System properties: `chaos.faults` (how many of both kinds together), `chaos.seed` (which).
class ChaosIT {
    private static final List<String> WORKERS = List.of("w1", "w2", "w3", "w4");
    private static final int FAULTS = Integer.getInteger("chaos.faults", 6);
    private static final long SEED = Long.getLong("chaos.seed", 20_261_201L);

    @Test
    void a_job_ends_with_the_same_bits_wherever_a_program_ends() throws IOException {
        try (Product product = Product.start(Setup.of("chaos-points").endingAtPoints())) {
            // What lists the points slows a start down: how soon jobs go on is measured at the other ones.
            suffered(product, plan -> plan.atPoints(FAULTS / 2));
        }
    }

    @Test
    void a_job_ends_with_the_same_bits_whenever_something_dies_or_stops() throws IOException {
        try (Product product = Product.start(Setup.of("chaos-moments").withMovableClocks())) {
            Summary.print(suffered(product, plan -> plan.atMoments(FAULTS - FAULTS / 2)));
        }
    }

    private static List<Trial> suffered(Product product, Function<FaultPlan, List<Fault>> draw) throws IOException {
        URI server = URI.create(Objects.requireNonNull(product.credentials().get("RESON_BASE_URL")));
        List<Trial> trials = new ArrayList<>();
        try (Wire wire = new Wire(server)) {
            product.through(wire.address().toString()).withWorkers(WORKERS);
            // The first one takes cold code; the second one shows how long a job takes, and which points it passes.
            undisturbed(product, "first");
            product.traps().forgetPoints();
            long begin = System.nanoTime();
            byte[] expected = undisturbed(product, "second");
            Duration job = Duration.ofNanos(System.nanoTime() - begin);
            List<String> running = product.traps().points(Fault.SERVER);
            List<String> ofWorkers = workerPoints(product);
            product.traps().forgetPoints();
            product.killServer();
            product.restartServer();
            FaultPlan.Passed passed = new FaultPlan.Passed(product.traps().points(Fault.SERVER), running, ofWorkers);
            List<Fault> faults = draw.apply(new FaultPlan(SEED, job, passed, WORKERS));
            System.out.printf(
                    "[chaos] seed %d, %d faults, a job takes %.1f s undisturbed%n",
                    SEED, faults.size(), job.toMillis() / 1000.0);
            try (Keeper keeper = new Keeper(product, WORKERS)) {
                Ordeal ordeal = new Ordeal(product, keeper, new Victims(product, WORKERS), wire, expected);
                for (Fault fault : faults) {
                    Trial trial = ordeal.run(trials.size() + 1, fault);
                    trials.add(trial);
                    System.out.println("[chaos] " + trial);
                }
            }
        }
        assertThat(trials)
                .isNotEmpty()
                .allSatisfy(trial -> assertThat(trial.wrong()).as("%s", trial).isEmpty());
        return trials;
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
                .flatMap(name -> product.traps().points(name).stream())
                .distinct()
                .sorted()
                .toList();
    }
}
