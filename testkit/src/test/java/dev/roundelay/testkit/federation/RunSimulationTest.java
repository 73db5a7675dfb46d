package dev.roundelay.testkit.federation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.RoundRecord;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.journal.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kernel and federation together, while messages are lost, late and doubled, agents die, servers die before and
/// after any commit, and spooled updates get lost: what lifecycle.md promises (I1 to I3, I6, I7) must hold whatever
/// the seed.
class RunSimulationTest {
    private static final int SLOTS = 3;
    private static final RunSpec OWN = RunSpec.fedAvg(SLOTS, 8);
    private static final RunSpec SHARED = new RunSpecBuilder(8, 6).slots(SLOTS).build();
    private static final int STORMY_TICKS = 400;
    private static final int SEEDS = 30;

    @TempDir
    Path folder;

    @Test
    void weights_are_those_of_an_undisturbed_run_whatever_goes_wrong() throws IOException {
        disturb(OWN);
    }

    /// Each slot works through several shards of a round.
    @Test
    void weights_are_those_of_an_undisturbed_run_where_slots_have_several_shards() throws IOException {
        disturb(SHARED);
    }

    private void disturb(RunSpec spec) throws IOException {
        byte[] undisturbed = undisturbed(spec);

        var storms = new ArrayList<Chaos>();
        for (long seed = 0; seed < SEEDS; seed++) {
            storms.add(run(seed, spec, undisturbed));
        }

        assertThat(storms.stream().mapToInt(chaos -> chaos.crashes).sum()).isGreaterThan(SEEDS);
        assertThat(storms.stream().mapToInt(chaos -> chaos.deaths).sum()).isGreaterThan(SEEDS);
        assertThat(storms.stream().mapToInt(chaos -> chaos.lostFiles).sum()).isGreaterThan(SEEDS);
        assertThat(storms.stream().mapToInt(chaos -> chaos.reattempts).sum()).isGreaterThan(SEEDS);
    }

    /// For a failing seed: `@ValueSource(longs = <seed>)`.
    @ParameterizedTest
    @ValueSource(longs = 1_000)
    void one_seed_alone(long seed) throws IOException {
        var _ = run(seed, OWN, undisturbed(OWN));
        var _ = run(seed + 1, SHARED, undisturbed(SHARED));
    }

    /// Of the same shards with a slot for each: how they are dealt out changes no bit.
    private byte[] undisturbed(RunSpec spec) throws IOException {
        var world = new SimWorld(Files.createDirectories(folder.resolve("calm-" + spec.shards())), 7);
        for (int i = 0; i < spec.shards(); i++) {
            world.agent("calm-" + i);
        }
        JobId job = world.submit(RunSpec.fedAvg(spec.shards(), spec.rounds()));
        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);
        return world.object("jobs/digits/model_out/checkpoint.pt");
    }

    private Chaos run(long seed, RunSpec spec, byte[] undisturbed) throws IOException {
        var world = new SimWorld(
                Files.createDirectories(folder.resolve("seed-%d-%d".formatted(spec.shards(), seed))), seed);
        var chaos = new Chaos(world, seed);
        addAgents(world);
        JobId job = world.submit(spec);
        chaos.install();

        int committed = 0;
        for (int i = 0; i < STORMY_TICKS && !world.job(job).state().isTerminal(); i++) {
            chaos.tick();
            int now = world.committedRounds(job);
            assertThat(now).as("seed %d: rounds go on, never back", seed).isGreaterThanOrEqualTo(committed);
            committed = now;
        }
        chaos.end();
        world.agents.forEach(agent -> agent.away = false);
        world.runToEnd(job);

        assertThat(world.state(job)).as("seed %d", seed).isEqualTo(JobState.FINISHED);
        assertThat(world.object("jobs/digits/model_out/checkpoint.pt"))
                .as("seed %d: the same bits", seed)
                .isEqualTo(undisturbed);
        statesOnlyMoveForward(world, job, seed);
        everyUpdateCountsOnce(world, job, spec, seed);
        logsAreCompleteAndInOrder(world, job, seed);
        chaos.reattempts = world.kernelStore.assignments(job).size() - SLOTS;
        return chaos;
    }

    private static void addAgents(SimWorld world) {
        for (int i = 0; i < SLOTS + 1; i++) {
            world.agent("worker-" + i);
        }
    }

    private static void statesOnlyMoveForward(SimWorld world, JobId job, long seed) {
        List<JobState> states = world.kernelStore.timeline(job).stream()
                .map(JobTransition::to)
                .distinct()
                .toList();
        assertThat(states).as("seed %d", seed).containsExactly(JobState.PENDING, JobState.RUNNING, JobState.FINISHED);
    }

    private static void everyUpdateCountsOnce(SimWorld world, JobId job, RunSpec spec, long seed) {
        List<RoundRecord> rounds = world.runStore.rounds(job);
        assertThat(rounds).as("seed %d", seed).hasSize(spec.rounds());
        for (RoundRecord round : rounds) {
            assertThat(round.state()).as("seed %d", seed).isEqualTo(RoundState.COMMITTED);
            assertThat(round.members()).as("seed %d", seed).hasSize(spec.shards());
            assertThat(round.contributions()).as("seed %d", seed).hasSize(spec.shards());
            assertThat(round.samples())
                    .as("seed %d", seed)
                    .isEqualTo(IntStream.range(10, 10 + spec.shards()).sum());
        }
    }

    /// Each attempt numbers its lines; the journal must have them once and in order, and all of those of the attempts
    /// that finished.
    private static void logsAreCompleteAndInOrder(SimWorld world, JobId job, long seed) {
        var lines = new HashMap<String, List<Integer>>();
        world.journal.forEachLine(job, line -> {
            if (line.site() != null) {
                lines.computeIfAbsent(author(line), _ -> new ArrayList<>()).add(number(line));
            }
        });
        for (Map.Entry<String, List<Integer>> attempt : lines.entrySet()) {
            var expected = new ArrayList<Integer>();
            for (int n = 1; n <= attempt.getValue().size(); n++) {
                expected.add(n);
            }
            assertThat(attempt.getValue())
                    .as("seed %d, %s", seed, attempt.getKey())
                    .isEqualTo(expected);
        }
    }

    private static String author(Line line) {
        return line.site() + " attempt " + line.attempt();
    }

    private static int number(Line line) {
        return Integer.parseInt(line.message().substring(0, line.message().indexOf(' ')));
    }
}
