package dev.roundelay.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/// Bodies in the framing of AWS clients: an object that was stored has the length that its head said. The first byte
/// says
/// which framing, the second how long the object is to be.
class AwsChunkedFuzzTest extends EndpointFuzz {
    private static final List<String> FRAMINGS = List.of(
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");

    @Override
    protected List<byte[]> samples() {
        return List.of(
                sample(0, 5, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + crc32("hello") + "\r\n\r\n"),
                sample(0, 6, "3\r\nabc\r\n3\r\ndef\r\n0\r\nx-amz-checksum-crc32:" + crc32("abcdef") + "\r\n\r\n"));
    }

    private static String crc32(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return java.util.Base64.getEncoder().encodeToString(HexFormat.of().parseHex("%08x".formatted(crc.getValue())));
    }

    private static byte[] sample(int framing, int length, String body) {
        var sample = new ByteArrayOutputStream();
        sample.write(framing);
        sample.write(length);
        sample.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        return sample.toByteArray();
    }

    @Override
    protected Outcome decode(WireClient calls, byte[] input) throws IOException {
        if (input.length < 2) {
            return Outcome.REFUSED;
        }
        int length = Byte.toUnsignedInt(input[1]);
        String framing = FRAMINGS.get(Byte.toUnsignedInt(input[0]) % FRAMINGS.size());
        WireClient.Answer put = calls.signed(
                "PUT",
                BUCKET + "/chunked",
                framing,
                framing.endsWith("TRAILER")
                        ? Map.of(
                                "content-encoding",
                                "aws-chunked",
                                "x-amz-decoded-content-length",
                                Integer.toString(length),
                                "x-amz-trailer",
                                "x-amz-checksum-crc32")
                        : Map.of("x-amz-decoded-content-length", Integer.toString(length)),
                Arrays.copyOfRange(input, 2, input.length));
        put.requireNoFault(framing);
        if (put.status() != 200) {
            return Outcome.REFUSED;
        }
        WireClient.Answer get = calls.link("GET", BUCKET + "/chunked", "", Map.of(), new byte[0]);
        assertThat(get.status()).isEqualTo(200);
        assertThat(get.body()).hasSize(length);
        return Outcome.READ;
    }
}
