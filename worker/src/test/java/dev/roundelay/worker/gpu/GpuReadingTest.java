package dev.roundelay.worker.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GpuReadingTest {
    @Test
    void a_listing_is_read_and_what_is_not_available_is_absent() {
        List<GpuReading> gpus = GpuReading.parse(List.of(
                "0, GPU-1a, 00000000:01:00.0, NVIDIA GeForce RTX 4090, 24564, 24000, 3, 41, 570.10, [N/A]",
                "1, GPU-1b, 00000000:02:00.0, NVIDIA H200, 143771, 143000, [N/A], [N/A], 570.10, Enabled",
                "No devices were found"));

        assertThat(gpus)
                .containsExactly(
                        new GpuReading(
                                0,
                                "GPU-1a",
                                "00000000:01:00.0",
                                "NVIDIA GeForce RTX 4090",
                                OptionalLong.of(24_564),
                                OptionalLong.of(24_000),
                                OptionalDouble.of(3),
                                OptionalDouble.of(41),
                                "570.10",
                                false),
                        new GpuReading(
                                1,
                                "GPU-1b",
                                "00000000:02:00.0",
                                "NVIDIA H200",
                                OptionalLong.of(143_771),
                                OptionalLong.of(143_000),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                "570.10",
                                true));
    }

    @Test
    void a_broken_gpu_is_a_reading_without_figures() {
        List<GpuReading> gpus = GpuReading.parse(List.of(
                "0, [Unknown Error], [N/A], ERR!, [Unknown Error], ERR!, ERR!, [GPU is lost], [N/A], ERR!",
                "1, GPU-1b, 00000000:02:00.0, NVIDIA GB10, [N/A], [N/A], 0, 30, 580.1, [N/A]"));

        assertThat(gpus).extracting(GpuReading::uuid).containsExactly("index 0", "GPU-1b");
        assertThat(gpus).extracting(GpuReading::hasUuid).containsExactly(false, true);
        assertThat(gpus).extracting(GpuReading::memoryMb).containsOnly(OptionalLong.empty());
    }

    @Test
    void a_driver_that_knows_no_mig_is_read_too() {
        assertThat(GpuReading.parse(List.of("0, GPU-1a, 00000000:01:00.0, Tesla K80, 11441, 11441, 0, 30, 440.33")))
                .singleElement()
                .extracting(GpuReading::mig)
                .isEqualTo(false);
    }

    @Test
    void a_model_id_is_lower_snake_case_without_the_makers_name() {
        assertThat(GpuReading.modelId("NVIDIA A100-SXM4-80GB")).isEqualTo("a100_sxm4_80gb");
        assertThat(GpuReading.modelId("NVIDIA GeForce RTX 4090")).isEqualTo("rtx_4090");
        assertThat(GpuReading.modelId("Tesla T4")).isEqualTo("tesla_t4");
    }
}
