package dev.roundelay.federation.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+cmd", "-2+3", "@SUM(A1)", "-"})
    void what_a_spreadsheet_would_run_gets_an_apostrophe(String text) {
        assertThat(Csv.cell(text)).isEqualTo("'" + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1.5", "+2", "-1.0E-5", "-.5", "0", "loss", "", "a=b"})
    void numbers_and_plain_texts_stay(String text) {
        assertThat(Csv.cell(text)).isEqualTo(text);
    }

    @Test
    void commas_quotes_and_breaks_are_quoted() {
        assertThat(Csv.line(List.of("a,b", "say \"x\"", "1\n2", "c")))
                .isEqualTo("\"a,b\",\"say \"\"x\"\"\",\"1\n2\",c\n");
    }
}
