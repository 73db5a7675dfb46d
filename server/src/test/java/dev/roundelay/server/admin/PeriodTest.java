package dev.roundelay.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodTest {
    private final Period period = new Period();

    @Test
    void a_number_and_a_unit_are_a_time() {
        assertThat(period.convert("24h")).isEqualTo(Duration.ofHours(24));
        assertThat(period.convert("90m")).isEqualTo(Duration.ofMinutes(90));
        assertThat(period.convert("30s")).isEqualTo(Duration.ofSeconds(30));
        assertThat(period.convert("7d")).isEqualTo(Duration.ofDays(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "24", "h", "0h", "-1h", "1.5h", "99999999d"})
    void anything_else_is_refused_with_what_to_write(String text) {
        assertThatThrownBy(() -> period.convert(text)).hasMessageContaining("write 24h, 90m or 7d");
    }
}
