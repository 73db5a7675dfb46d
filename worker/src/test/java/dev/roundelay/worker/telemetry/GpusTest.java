package dev.roundelay.worker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.Telemetry;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpusTest {
    @Test
    void a_listing_is_read_and_what_is_not_available_is_absent() {
        List<Gpus.Gpu> gpus = Gpus.parse(List.of(
                "0, GPU-1a, NVIDIA GeForce RTX 4090, 24564, 24000, 3, 41, 570.10",
                "1, GPU-1b, NVIDIA H200, 143771, 143000, [N/A], [N/A], 570.10",
                "No devices were found"));

        assertThat(gpus).extracting(Gpus.Gpu::index).containsExactly(0, 1);
        assertThat(gpus)
                .extracting(Gpus.Gpu::now)
                .containsExactly(
                        new Telemetry.Gpu("GPU-1a", "rtx_4090", 24_564, 24_000, 3.0, 41.0),
                        new Telemetry.Gpu("GPU-1b", "h200", 143_771, 143_000, null, null));
        assertThat(gpus.getFirst().driver()).isEqualTo("570.10");
    }

    @Test
    void a_model_id_is_lower_snake_case_without_the_makers_name() {
        assertThat(Gpus.modelId("NVIDIA A100-SXM4-80GB")).isEqualTo("a100_sxm4_80gb");
        assertThat(Gpus.modelId("Tesla T4")).isEqualTo("tesla_t4");
    }
}
