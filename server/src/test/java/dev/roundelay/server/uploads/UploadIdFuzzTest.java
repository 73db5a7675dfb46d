package dev.roundelay.server.uploads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.UploadId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// An upload's id as it comes back from a client: the parts of what is read make up the whole.
class UploadIdFuzzTest extends DecoderFuzz {
    @Override
    protected List<byte[]> samples() {
        return Stream.of(
                        new UploadPlan(new UploadId("0123456789abcdef0123456789abcdef"), new ObjectKey("a/b"), 100),
                        new UploadPlan(
                                new UploadId("0123456789abcdef0123456789abcdef"),
                                new ObjectKey("größe"),
                                UploadPlan.MAX_SIZE_BYTES))
                .map(plan -> plan.id().getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) {
        UploadPlan plan;
        try {
            plan = UploadPlan.parse(new String(input, StandardCharsets.UTF_8));
        } catch (ApiException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
            return Outcome.REFUSED;
        }
        assertThat(plan.parts()).isBetween(1, 10_000);
        assertThat(plan.sizeOf(1)).isBetween(0L, plan.partSizeBytes());
        assertThat((plan.parts() - 1L) * plan.partSizeBytes() + plan.sizeOf(plan.parts()))
                .isEqualTo(plan.sizeBytes());
        assertThat(UploadPlan.parse(plan.id())).isEqualTo(plan);
        return Outcome.READ;
    }
}
