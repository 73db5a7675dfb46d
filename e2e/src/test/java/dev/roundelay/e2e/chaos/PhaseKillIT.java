package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// A server that dies in each phase of a job of several sites: the job goes on where it was, with the same bits, and
/// nobody trains anything twice.
///
/// System properties: `chaos.whole` (all phases instead of some), `chaos.sites`, `chaos.megabytes` of the model;
/// `make chaos` takes all of them, 8 and 100.
class PhaseKillIT {
    private static final int SITES = Integer.getInteger("chaos.sites", 3);
    private static final int MEGABYTES = Integer.getInteger("chaos.megabytes", 4);
    private static final int ROUNDS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final String MODEL = Python.resource("wide_model.py");
    private static final List<String> WORKERS =
            IntStream.rangeClosed(1, SITES).mapToObj(number -> "w" + number).toList();

    @Test
    void a_job_survives_the_death_of_its_server_in_each_phase() {
        try (Servers servers = Servers.one("phases")) {
            suffer(servers, "restarted", EnumSet.of(Phase.COLLECT, Phase.AGGREGATE, Phase.FINALISE));
        }
    }

    @Test
    void a_job_survives_the_death_of_the_active_one_of_two_servers_in_each_phase() {
        try (Servers servers = Servers.two("phases-of-two")) {
            suffer(servers, "the other server goes on", EnumSet.of(Phase.COMMIT));
        }
    }

    private static void suffer(Servers servers, String how, Set<Phase> some) {
        servers.product().withWorkers(WORKERS);
        JobView undisturbed = submit(servers, "undisturbed");
        servers.api().awaitFinished(undisturbed.id());
        String expected = model(servers, undisturbed);
        // Points are named after methods: one that was renamed would be waited for in vain, and only in the whole run.
        assertThat(servers.passed())
                .containsAll(Arrays.stream(Phase.values()).map(Phase::point).toList());
        for (Phase phase : Boolean.getBoolean("chaos.whole") ? EnumSet.allOf(Phase.class) : some) {
            survive(servers, phase, expected, how);
            servers.settle();
        }
    }

    private static void survive(Servers servers, Phase phase, String expected, String how) {
        if (!phase.inRound()) {
            servers.arm(phase);
        }
        JobView job = submit(servers, phase.name().toLowerCase(Locale.ROOT));
        if (phase.inRound()) {
            servers.api().await("round 1 of " + job.id(), job.id(), seen -> seen.round() >= 1);
            servers.arm(phase);
        }
        long died = servers.awaitDeath(phase);
        Step answered = nextStep(servers, job, "");
        Step next = answered.isLast() ? answered : nextStep(servers, job, answered.what());
        JobView ended = servers.api().awaitEnd(job.id());
        System.out.printf(
                "[phases] %d MB x %d, %s, killed in %s: answers after %.1f s (%s), a step further after %.1f s (%s)%n",
                MEGABYTES,
                SITES,
                how,
                phase,
                seconds(died, answered.nanos()),
                answered.what(),
                seconds(died, next.nanos()),
                next.what());

        assertThat(ended.state()).as("%s: %s", phase, ended.failure()).isEqualTo(JobState.FINISHED);
        assertThat(model(servers, ended)).as("model after a death in %s", phase).isEqualTo(expected);
        List<AssignmentView> holders = servers.api().assignments(job.id());
        assertThat(holders)
                .as("nobody lost its shard in %s: %s", phase, holders)
                .hasSize(SITES)
                .extracting(AssignmentView::attempt)
                .containsOnly(1);
        assertThat(servers.api().rounds(job.id()))
                .hasSize(ROUNDS)
                .allSatisfy(round -> assertThat(round.contributions()).hasSize(SITES));
    }

    /// What a job was seen to be at, and when.
    private record Step(long nanos, String what, boolean isLast) {}

    /// Waits until a job is seen to be at something else.
    private static Step nextStep(Servers servers, JobView job, String before) {
        return Eventually.await(
                        "another step of " + job.id() + " than '" + before + "'",
                        PATIENCE,
                        () -> servers.api().whileUp(() -> stepOf(servers, job)),
                        step -> step.isPresent() && !step.get().what().equals(before))
                .orElseThrow();
    }

    private static Step stepOf(Servers servers, JobView job) {
        JobView now = servers.api().job(job.id());
        long updates = servers.api().rounds(job.id()).stream()
                .mapToLong(round -> round.contributions().size())
                .sum();
        String what = now.state().isTerminal()
                ? now.state().toString()
                : "%s, round %d, %d updates".formatted(now.phase(), now.round(), updates);
        return new Step(System.nanoTime(), what, now.state().isTerminal());
    }

    private static JobView submit(Servers servers, String name) {
        Draft draft = Draft.of(name, MODEL, Zips.tables(rows()), ROUNDS)
                .with("model", Map.of("class", "Model", "args", Map.of("megabytes", MEGABYTES)))
                .with("training", Map.of("extra", Map.of("SECONDS", 0.3)));
        return servers.api().submit(draft.upload(servers.bucket()));
    }

    private static int[] rows() {
        return IntStream.rangeClosed(1, SITES).map(site -> 10 * site).toArray();
    }

    /// Returns the SHA-256 of the model that came out.
    private static String model(Servers servers, JobView job) {
        byte[] bytes = servers.bucket().get("jobs/" + job.slug() + "/model_out/checkpoint.pt");
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static double seconds(long from, long to) {
        return (to - from) / 1e9;
    }
}
