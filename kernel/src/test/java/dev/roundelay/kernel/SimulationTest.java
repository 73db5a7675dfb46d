package dev.roundelay.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.assignment.AssignmentTransitions;
import dev.roundelay.kernel.job.JobPhaseTransitions;
import dev.roundelay.kernel.job.JobTransitions;
import dev.roundelay.kernel.worker.WorkerTransitions;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final int STEPS = 1500;

    @Test
    void every_invariant_holds_whatever_happens_and_every_move_happens() {
        Exercised all = new Exercised();
        int seeds = Integer.getInteger("roundelay.simulation.seeds", 20);

        for (long seed = 1; seed <= seeds; seed++) {
            all.addAll(Simulation.run(seed, STEPS));
        }

        assertThat(all.missing(JobTransitions.TABLE)).isEmpty();
        assertThat(all.missing(JobPhaseTransitions.TABLE)).isEmpty();
        assertThat(all.missing(AssignmentTransitions.TABLE)).isEmpty();
        assertThat(all.missing(WorkerTransitions.TABLE)).isEmpty();
        assertThat(all.illegal(JobTransitions.TABLE)).isEmpty();
        assertThat(all.illegal(JobPhaseTransitions.TABLE)).isEmpty();
        assertThat(all.illegal(AssignmentTransitions.TABLE)).isEmpty();
        assertThat(all.illegal(WorkerTransitions.TABLE)).isEmpty();
    }
}
