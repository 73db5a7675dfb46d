package dev.roundelay.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PreconditionTest {
    @Test
    void headers_are_read_with_and_without_quotes() {
        assertThat(Precondition.parse("\"a\", W/\"b\",c", " * "))
                .isEqualTo(new Precondition(Set.of("a", "b", "c"), Set.of("*")));
        assertThat(Precondition.parse(null, "")).isEqualTo(Precondition.NONE);
    }

    @Test
    void a_tag_loses_its_quotes_and_gets_them_back() {
        assertThat(ETag.parse("\"x-2\"").value()).isEqualTo("x-2");
        assertThat(new ETag("x-2").quoted()).isEqualTo("\"x-2\"");
    }
}
