package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaturalOrderTest {
    private static final List<String> ORDERED = List.of(
            "",
            "7",
            "10",
            "a",
            "a0",
            "a1b",
            "a1b2",
            "a1b10",
            "a2",
            "a99999999999999999999998",
            "a99999999999999999999999",
            "a100000000000000000000000",
            "shard_2.zip",
            "shard_10.zip",
            "shard_x.zip",
            "é2",
            "é10");

    @Test
    void digits_count_by_value_and_everything_else_by_character() {
        List<String> shuffled = new ArrayList<>(ORDERED);
        Collections.shuffle(shuffled, new Random(7));

        shuffled.sort(NaturalOrder.INSTANCE);

        assertThat(shuffled).isEqualTo(ORDERED);
    }

    @Test
    void names_that_differ_in_leading_zeros_have_one_order_and_are_not_equal() {
        assertThat(NaturalOrder.INSTANCE.compare("a01", "a1")).isNegative();
        assertThat(NaturalOrder.INSTANCE.compare("a1", "a01")).isPositive();
        assertThat(NaturalOrder.INSTANCE.compare("a01", "a01")).isZero();
        assertThat(NaturalOrder.INSTANCE.compare("a1", "a002")).isNegative();
    }

    @Test
    void it_is_a_total_order() {
        Random random = new Random(11);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            StringBuilder name = new StringBuilder();
            for (int j = random.nextInt(5); j >= 0; j--) {
                name.append("01a".charAt(random.nextInt(3)));
            }
            names.add(name.toString());
        }
        for (String a : names) {
            for (String b : names) {
                int ab = NaturalOrder.INSTANCE.compare(a, b);
                assertThat(Integer.signum(ab)).isEqualTo(-Integer.signum(NaturalOrder.INSTANCE.compare(b, a)));
                assertThat(ab == 0).isEqualTo(a.equals(b));
                for (String c : names) {
                    if (ab < 0 && NaturalOrder.INSTANCE.compare(b, c) < 0) {
                        assertThat(NaturalOrder.INSTANCE.compare(a, c))
                                .as("%s < %s < %s", a, b, c)
                                .isNegative();
                    }
                }
            }
        }
    }
}
