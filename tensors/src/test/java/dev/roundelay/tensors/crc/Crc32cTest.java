package dev.roundelay.tensors.crc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.tensors.TensorFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Crc32cTest {
    @TempDir
    Path folder;

    @Test
    void the_check_value_of_the_standard_is_met() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(Crc32c.of(MemorySegment.ofArray(digits))).hasToString("e3069283");
    }

    @Test
    void a_file_has_the_checksum_of_its_bytes() throws IOException {
        byte[] bytes = new byte[3_000_001];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(folder.resolve("body"), bytes);

        assertThat(Crc32c.ofFile(file)).isEqualTo(Crc32c.of(MemorySegment.ofArray(bytes)));
    }

    @Test
    void hex_digits_are_read_and_anything_else_is_not() {
        assertThat(Crc32c.find("0000000a")).contains(new Crc32c(10));
        assertThat(Crc32c.find("E3069283")).contains(new Crc32c(0xe3069283));
        assertThat(Crc32c.find("")).isEmpty();
        assertThat(Crc32c.find("00000000a")).isEmpty();
        assertThat(Crc32c.find("0x00000a")).isEmpty();
        assertThat(Crc32c.find("-000000a")).isEmpty();
    }

    @Test
    void another_checksum_than_announced_is_refused() {
        assertThatThrownBy(() -> new Crc32c(1).requireEqual(new Crc32c(2)))
                .isInstanceOf(TensorFormatException.class)
                .hasMessage("the body has CRC-32C 00000001, expected 00000002; send it again");
    }
}
