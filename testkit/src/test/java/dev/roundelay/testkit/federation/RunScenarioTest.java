package dev.roundelay.testkit.federation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.federation.RunSpec;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import java.io.IOException;
import java.nio.file.Path;
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
        world.agent("a");
        world.agent("b");
        JobId job = world.submit(RunSpec.fedAvg(2, 3));

        assertThat(world.runToEnd(job).state()).isEqualTo(JobState.FINISHED);

        assertThat(world.object("jobs/digits/model_out/checkpoint.pt")).startsWith('P', 'K');
        assertThat(world.text("jobs/digits/files_out/metrics.csv").lines())
                .hasSize(4)
                .first()
                .isEqualTo("round,started_at,seconds,sites,samples,accuracy,loss");
        assertThat(world.text("jobs/digits/files_out/training_log.txt")).contains("site-1 info 0 1 training");
    }
}
