package dev.roundelay.worker.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineCapTest {
    @Test
    void a_text_is_split_at_line_ends() {
        assertThat(LineCap.split("a\nb\r\n\nc\n")).containsExactly("a", "b", "", "c");
        assertThat(LineCap.split("")).containsExactly("");
    }

    @Test
    void of_an_overwritten_line_the_last_state_is_kept() {
        assertThat(LineCap.split("10%\r50%\r100%")).containsExactly("100%");
    }

    @Test
    void a_long_line_is_cut_between_characters() {
        String text = "é😀".repeat(20_000);

        List<String> lines = LineCap.split(text);

        assertThat(String.join("", lines)).isEqualTo(text);
        assertThat(lines).allMatch(line -> line.getBytes(StandardCharsets.UTF_8).length <= LineCap.LONGEST);
        assertThat(lines).hasSize(8);
    }

    @Test
    void a_nul_which_no_database_stores_is_replaced() {
        assertThat(LineCap.split("a\0b")).containsExactly("a\uFFFDb");
    }
}
