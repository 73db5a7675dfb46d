package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.job.Slug;
import dev.roundelay.fuzz.DecoderFuzz;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/// Names that clients choose, a line each: their order is one, and a slug is a plain folder name.
class NaturalOrderFuzzTest extends DecoderFuzz {
    @Override
    protected List<byte[]> samples() {
        return Stream.of("shard_2\nshard_10\nshard_02", "a\n1\n01a", "Größe 2\n../x\n日本 語")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 3);
        for (String a : lines) {
            assertThat(Slug.of(a)).isNotEmpty().doesNotContain("/", ".", "\\", "\0");
            for (String b : lines) {
                int order = Integer.signum(NaturalOrder.INSTANCE.compare(a, b));
                assertThat(order).isEqualTo(-Integer.signum(NaturalOrder.INSTANCE.compare(b, a)));
                assertThat(order == 0).isEqualTo(a.equals(b));
                for (String c : lines) {
                    if (order <= 0 && NaturalOrder.INSTANCE.compare(b, c) <= 0) {
                        assertThat(NaturalOrder.INSTANCE.compare(a, c))
                                .as("%s <= %s <= %s", a, b, c)
                                .isLessThanOrEqualTo(0);
                    }
                }
            }
        }
        return Outcome.READ;
    }
}
