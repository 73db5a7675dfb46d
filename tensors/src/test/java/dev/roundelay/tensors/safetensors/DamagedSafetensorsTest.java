package dev.roundelay.tensors.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedSafetensorsTest {
    private static final SafetensorsLimits LIMITS = new SafetensorsLimits(1000, 3, 2000);

    @TempDir
    Path folder;

    @Test
    void a_file_by_hand_is_read() throws IOException {
        Path file = write("""
                {"__metadata__":{"samples":"12"},
                 "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} , "b":{"shape":[],"data_offsets":[8,9],"dtype":"U8"}}
                """, 9);

        try (SafetensorsReader reader = SafetensorsReader.open(file, LIMITS)) {
            assertThat(reader.metadata()).containsEntry("samples", "12");
            assertThat(reader.view("b").segment().byteSize()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "{",
                "{}}",
                "{} x",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":{}}",
                "{\"a\":1}",
                "{\"a\":null}",
                "{a:{}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}",
                "{\"a\":{\"shape\":[1],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,2]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1}}",
                "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1.0],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1e0],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[01],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[[1]],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,1]}}",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":\"1\",\"data_offsets\":[0,1]}}",
                "{\"\\x\":{}}",
                "{\"\\u12g4\":{}}",
                "{\"a\nb\":{}}",
                "{\"__metadata__\":{\"samples\":3}}",
                "{\"__metadata__\":[]}",
                "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}",
                "{\"unfinished"
            })
    void a_header_that_is_not_the_formats_json_is_refused(String header) throws IOException {
        assertThat(refusalOf(write(header, 1)).fault()).isEqualTo(TensorFault.MALFORMED_HEADER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "c0af", "c1bf", "e0809f", "eda080", "f08080af", "f4908080", "f8888080", "c3", "e282"})
    void text_that_is_not_utf_8_is_refused(String hex) throws IOException {
        String raw = new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
        Path file = write(("{\"" + raw + "\":{}}").getBytes(StandardCharsets.ISO_8859_1), 0);

        assertThat(refusalOf(file)).hasMessageContaining("not UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UNKNOWN_DTYPE | {'a':{'dtype':'F8_E4M3','shape':[1],'data_offsets':[0,1]}}",
                "UNKNOWN_DTYPE | {'a':{'dtype':'f32','shape':[1],'data_offsets':[0,4]}}",
                "BAD_SHAPE | {'a':{'dtype':'U8','shape':[4294967296,4294967296],'data_offsets':[0,1]}}",
                "BAD_SHAPE | {'a':{'dtype':'U8','shape':[4294967296,4294967296,0],'data_offsets':[0,0]}}",
                "BAD_SHAPE | {'a':{'dtype':'F64','shape':[4611686018427387904],'data_offsets':[0,0]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[2],'data_offsets':[0,1]}}",
                "BAD_OFFSETS | {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,1]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[],'data_offsets':[0,1]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[],'data_offsets':[0,1]},'b':{'dtype':'U8','shape':[],'data_offsets':[2,3]}}",
                "BAD_OFFSETS | {'a':{'dtype':'U8','shape':[1],'data_offsets':[0,9223372036854775807]}}",
                "DUPLICATE_NAME | {'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}",
                "DUPLICATE_NAME | {'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'\\u0061':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}",
                "DUPLICATE_NAME | {'__metadata__':{},'__metadata__':{}}",
                "TRUNCATED | {'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}}",
                "TRAILING_BYTES | {'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}}",
                "TRAILING_BYTES | {}"
            },
            quoteCharacter = '~')
    void tensors_that_cannot_be_are_refused(TensorFault fault, String header) throws IOException {
        assertThat(refusalOf(write(header.replace('\'', '"'), 1)).fault()).isEqualTo(fault);
    }

    @Test
    void limits_hold_before_anything_is_parsed() throws IOException {
        String tensor = "\"%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
        String four = "{"
                + String.join(",", tensor.formatted(1), tensor.formatted(2), tensor.formatted(3), tensor.formatted(4))
                + "}";

        assertThat(refusalOf(write("{}", 2000)).fault()).isEqualTo(TensorFault.TOO_LARGE);
        assertThat(refusalOf(write("{}" + " ".repeat(1000), 0)).fault()).isEqualTo(TensorFault.HEADER_TOO_LARGE);
        assertThat(refusalOf(write(four, 0)).fault()).isEqualTo(TensorFault.TOO_MANY_TENSORS);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1001})
    void an_impossible_header_size_is_refused(long size) throws IOException {
        byte[] bytes = ByteBuffer.allocate(10)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(size)
                .array();

        assertThat(refusalOf(Files.write(folder.resolve("f"), bytes)).fault()).isEqualTo(TensorFault.HEADER_TOO_LARGE);
    }

    @Test
    void every_shorter_file_is_refused() throws IOException {
        Path file = write("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
        byte[] whole = Files.readAllBytes(file);

        for (int size = 0; size < whole.length; size++) {
            Files.write(file, Arrays.copyOf(whole, size));
            assertThat(refusalOf(file).fault()).isEqualTo(TensorFault.TRUNCATED);
        }
    }

    @Test
    void a_message_names_file_tensor_and_remedy_and_shows_no_control_characters() throws IOException {
        Path file = write("{\"a\\u0000\\u202e\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,1]}}", 1);

        assertThat(refusalOf(file).within("round 3, site site-2"))
                .hasMessage("[round 3, site site-2, model.safetensors, tensor a\\u0000\\u202e] reaches from 0 to 1,"
                        + " but U8[2] has 2 bytes; write the tensors one behind the other, in header order");
    }

    private TensorFormatException refusalOf(Path file) {
        TensorFormatException refusal = catchThrowableOfType(
                TensorFormatException.class,
                () -> SafetensorsReader.open(file, LIMITS).close());
        assertThat(refusal).isNotNull();
        return refusal;
    }

    private Path write(String header, int dataBytes) throws IOException {
        return write(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    private Path write(byte[] header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header);
        return Files.write(folder.resolve("model.safetensors"), bytes.array());
    }
}
