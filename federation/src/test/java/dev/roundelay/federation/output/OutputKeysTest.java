package dev.roundelay.federation.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.JobId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputKeysTest {
    private final OutputKeys keys = OutputKeys.of("digits");

    @Test
    void outputs_lie_where_users_look_for_them() {
        assertThat(keys.log().value()).isEqualTo("jobs/digits/files_out/training_log.txt");
        assertThat(keys.metrics().value()).isEqualTo("jobs/digits/files_out/metrics.csv");
        assertThat(keys.metricsBySite().value()).isEqualTo("jobs/digits/files_out/metrics_by_site.csv");
        assertThat(keys.checkpoint().value()).isEqualTo("jobs/digits/model_out/checkpoint.pt");
        assertThat(keys.checkpointOf(4).value()).isEqualTo("jobs/digits/model_out/checkpoint_round_4.pt");
        assertThat(keys.siteFile(1, 3, "plots/a.png").value())
                .isEqualTo("jobs/digits/files_out/site-2/round_3/plots/a.png");
        assertThat(keys.previous(new JobId("job_1")).log().value())
                .isEqualTo("jobs/digits/previous/job_1/files_out/training_log.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.pt", "best.pt", "checkpoint_round_12.pt"})
    void names_of_the_platform_s_own_models_are_taken(String path) {
        assertThat(OutputKeys.isOwnModel(path)).isTrue();
        assertThat(OutputKeys.isOwnModel("my_" + path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b.txt", "a b/ü.txt", "...", ".hidden"})
    void a_relative_normalised_path_is_safe(String path) {
        assertThat(OutputKeys.isSafePath(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a//b", ".", "../a", "a/../b", "a/./b", "a\\b", "a\nb", "a\u0000"})
    void any_other_path_is_not(String path) {
        assertThat(OutputKeys.isSafePath(path)).isFalse();
    }
}
