package dev.roundelay.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    @Property
    void the_order_is_that_of_the_bytes(
            @ForAll @StringLength(max = 5) String left, @ForAll @StringLength(max = 5) String right) {
        String a = withoutHalfSurrogates(left);
        String b = withoutHalfSurrogates(right);

        int expected = Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

        assertThat(Integer.signum(ObjectKey.compareBytes(a, b))).isEqualTo(Integer.signum(expected));
    }

    private static String withoutHalfSurrogates(String text) {
        return text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0x1F600 : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "//", "..", " ", "\n", "a\tb", "ü", "\uD83D\uDE00", "%2F", "\\"})
    void any_character_but_nul_may_be_in_a_key(String key) {
        assertThat(new ObjectKey(key).value()).isEqualTo(key);
        assertThat(ObjectKey.isValid(key)).isTrue();
    }

    @Test
    void a_key_has_1_to_1024_bytes_of_valid_unicode() {
        assertThat(new ObjectKey("ü".repeat(512)).value()).hasSize(512);
        for (String key : new String[] {"", "k".repeat(1025), "ü".repeat(513), "a\0b", "\uD83D", "\uDE00x"}) {
            assertThatThrownBy(() -> new ObjectKey(key))
                    .isInstanceOfSatisfying(
                            StorageException.class, e -> assertThat(e.fault()).isEqualTo(StorageFault.INVALID_KEY));
            assertThat(ObjectKey.isValid(key)).isFalse();
        }
    }
}
