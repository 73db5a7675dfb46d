package dev.roundelay.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Keys, tags and blob names of clients, as four lines: a key, another, a delimiter, an entity tag.
class KeysFuzzTest extends DecoderFuzz {
    @Override
    protected List<byte[]> samples() {
        return Stream.of(
                        "jobs/a/model.pt\njobs/b\n/\n\"0123456789abcdef0123456789abcdef-2\"",
                        "größe/重み/\uD83D\uDE00\ngrö\nö\nW/\"x\"",
                        "../../etc/passwd\n//\n.\n00000000000000000000000000000000")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", 4);
        if (lines.length < 4) {
            return Outcome.REFUSED;
        }
        try {
            requireOrder(new ObjectKey(lines[0]), new ObjectKey(lines[1]));
            requireRollUp(lines[0], lines[1], lines[2]);
            ETag tag = ETag.parse(lines[3]);
            assertThat(ETag.parse(tag.quoted())).isEqualTo(tag);
        } catch (StorageException e) {
            assertThat(e.fault()).isEqualTo(StorageFault.INVALID_KEY);
            return Outcome.REFUSED;
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("[etag ");
            return Outcome.REFUSED;
        }
        assertThat(BlobId.isValid(lines[3])).isEqualTo(lines[3].matches("[0-9a-f]{32}"));
        return Outcome.READ;
    }

    private static void requireOrder(ObjectKey left, ObjectKey right) {
        byte[] a = left.value().getBytes(StandardCharsets.UTF_8);
        byte[] b = right.value().getBytes(StandardCharsets.UTF_8);
        assertThat(Integer.signum(left.compareTo(right))).isEqualTo(Integer.signum(Arrays.compareUnsigned(a, b)));
        assertThat(a).hasSizeBetween(1, ObjectKey.MAX_BYTES);
    }

    private static void requireRollUp(String key, String prefix, String delimiter) {
        String common = new ListQuery(prefix, delimiter, "", 1).commonPrefixOf(prefix + key);
        assertThat(prefix + key).startsWith(common);
        assertThat(common.isEmpty() || common.endsWith(delimiter) && common.length() > prefix.length())
                .isTrue();
    }
}
