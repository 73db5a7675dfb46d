package dev.roundelay.s3;

import dev.roundelay.s3.awssdk.S3Errors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The body of a CompleteMultipartUpload, refused if its part numbers do not ascend: S3Proxy would sort them in
/// silence. The body is read as a whole at the first read.
final class OrderedParts extends InputStream {
    private static final int MAX_BYTES = 8 << 20;
    private static final Pattern NUMBER = Pattern.compile("<(?:\\w+:)?PartNumber>\\s*(\\d{1,9})\\s*<");

    private final InputStream source;
    private @Nullable InputStream checked;

    OrderedParts(InputStream source) {
        this.source = source;
    }

    private InputStream checked() throws IOException {
        InputStream present = checked;
        if (present == null) {
            byte[] bytes = source.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw S3Errors.error(400, "MaxMessageLengthExceeded", "the list of parts is longer than 8 MiB");
            }
            requireOrder(new String(bytes, StandardCharsets.UTF_8));
            present = new ByteArrayInputStream(bytes);
            checked = present;
        }
        return present;
    }

    private static void requireOrder(String xml) {
        int last = 0;
        for (Matcher numbers = NUMBER.matcher(xml); numbers.find(); ) {
            int number = Integer.parseInt(numbers.group(1));
            if (number <= last) {
                throw S3Errors.error(
                        400,
                        "InvalidPartOrder",
                        "part %d is named after part %d; name them in ascending order".formatted(number, last));
            }
            last = number;
        }
    }

    @Override
    public int read() throws IOException {
        return checked().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return checked().read(target, offset, length);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
