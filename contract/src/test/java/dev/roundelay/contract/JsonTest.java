package dev.roundelay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Slug;
import dev.roundelay.contract.worker.Step;
import dev.roundelay.contract.worker.StepKind;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void absent_parts_of_a_specification_take_their_defaults() throws Exception {
        JobSpec spec = Json.strict()
                .readValue("{\"name\":\"a\",\"scripts\":\"s/\",\"model\":{\"class\":\"Net\"}}", JobSpec.class);

        assertThat(spec.model().className()).isEqualTo("Net");
        assertThat(spec.model().trainFn()).isEqualTo("fl_train");
        assertThat(spec.training()).isEqualTo(JobSpec.Training.defaults());
        assertThat(spec.federation()).isEqualTo(JobSpec.Federation.ofRounds(5));
        assertThat(spec.limits().maxAttempts()).isEqualTo(3);
        assertThat(spec.priority()).isZero();
    }

    @Test
    void a_specification_survives_the_way_there_and_back() throws Exception {
        JobSpec spec = Json.strict()
                .readValue(
                        "{\"name\":\"ü\",\"scripts\":\"s/\",\"federation\":{\"rounds\":2,\"seed\":7},\"limits\":{\"roundTimeoutSeconds\":1.5}}",
                        JobSpec.class);

        String json = Json.strict().writeValueAsString(spec);

        assertThat(Json.strict().readValue(json, JobSpec.class)).isEqualTo(spec);
        assertThat(json).contains("\"class\":null").doesNotContain("className");
    }

    @Test
    void a_server_refuses_an_unknown_field_and_a_client_passes_it_over() throws Exception {
        String json = "{\"name\":\"a\",\"scripts\":\"s/\",\"colour\":\"red\"}";

        assertThatThrownBy(() -> Json.strict().readValue(json, JobSpec.class))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("colour");
        assertThat(Json.lenient().readValue(json, JobSpec.class).name()).isEqualTo("a");
    }

    @Test
    void enum_values_are_lower_snake_case_and_times_are_rfc_3339() throws Exception {
        assertThat(Json.strict().writeValueAsString(new Step(3, StepKind.TRAIN, 1, true, false, false)))
                .isEqualTo(
                        "{\"number\":3,\"kind\":\"train\",\"round\":1,\"validate\":true,\"resend\":false,\"save\":false}");
        assertThat(Json.strict().writeValueAsString(List.of(Instant.parse("2026-01-02T03:04:05.678Z"))))
                .isEqualTo("[\"2026-01-02T03:04:05.678Z\"]");
    }

    @Test
    void a_slug_is_made_as_the_published_client_makes_it() {
        assertThat(Slug.of("  My Job_1 (final)!  ")).isEqualTo("my-job_1-final");
        assertThat(Slug.of("Größe 2")).isEqualTo("größe-2");
        assertThat(Slug.of("a/b/../c")).isEqualTo("abc");
        assertThat(Slug.of("!!!")).isEqualTo("job");
        assertThat(Slug.of("日本 語")).isEqualTo("日本-語");
    }
}
