package dev.roundelay.tensors.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.roundelay.tensors.TensorFault;
import dev.roundelay.tensors.TensorFormatException;
import dev.roundelay.tensors.tensor.DType;
import dev.roundelay.tensors.tensor.Shape;
import dev.roundelay.tensors.tensor.TensorView;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedZipTest {
    private static final int CENTRAL_FLAGS = 8;
    private static final int CENTRAL_METHOD = 10;
    private static final int CENTRAL_SIZE = 24;
    private static final int CENTRAL_OFFSET = 42;
    private static final int END_BYTES = 22;

    @TempDir
    Path folder;

    private byte[] valid = new byte[0];

    @BeforeEach
    void writeTwoTensors() throws Exception {
        valid = checkpoint(StoredZipWriter.Zip64.AS_NEEDED);
    }

    @Test
    void the_undamaged_file_is_read() throws Exception {
        Path file = write(valid);

        try (CheckpointReader reader = CheckpointReader.open(file, 1000)) {
            assertThat(reader.layout().entries()).hasSize(2);
        }
    }

    @Test
    void every_shorter_file_is_refused() throws Exception {
        for (byte[] whole : List.of(valid, checkpoint(StoredZipWriter.Zip64.ALWAYS))) {
            for (int size = 0; size < whole.length; size++) {
                assertThat(refusalOf(Arrays.copyOf(whole, size)).fault())
                        .isIn(TensorFault.TRUNCATED, TensorFault.MALFORMED_ZIP);
            }
        }
    }

    @Test
    void bytes_before_or_behind_the_archive_are_refused() throws Exception {
        byte[] behind = Arrays.copyOf(valid, valid.length + 1);
        byte[] before = new byte[valid.length + 1];
        System.arraycopy(valid, 0, before, 1, valid.length);

        assertThat(refusalOf(behind).fault()).isEqualTo(TensorFault.TRUNCATED);
        assertThat(refusalOf(before).fault()).isEqualTo(TensorFault.MALFORMED_ZIP);
    }

    @Test
    void compressed_entries_are_refused() throws Exception {
        Path deflated = PickleBytes.writeZip(folder, Map.of("a/data.pkl", new byte[100]), ZipEntry.DEFLATED);
        byte[] onlyLocally = valid.clone();
        onlyLocally[8] = 8;

        assertThat(refusalOf(Files.readAllBytes(deflated))).hasMessageContaining("entry a/data.pkl is compressed");
        assertThat(refusalOf(onlyLocally).fault()).isEqualTo(TensorFault.UNSUPPORTED_ZIP);
    }

    @Test
    void encrypted_entries_are_refused() throws Exception {
        byte[] encrypted = valid.clone();
        encrypted[central(encrypted, "checkpoint/data/0") + CENTRAL_FLAGS] |= 1;

        assertThat(refusalOf(encrypted)).hasMessageContaining("entry checkpoint/data/0 is encrypted");
    }

    @Test
    void unknown_methods_are_refused() throws Exception {
        byte[] unknown = valid.clone();
        unknown[central(unknown, "checkpoint/data/0") + CENTRAL_METHOD] = 99;

        assertThat(refusalOf(unknown).fault()).isEqualTo(TensorFault.UNSUPPORTED_ZIP);
    }

    @Test
    void entries_of_one_name_are_refused() throws Exception {
        byte[] twice = replaceAll(valid, "checkpoint/data/1", "checkpoint/data/0");

        assertThat(refusalOf(twice)).hasMessageContaining("entry checkpoint/data/0 occurs twice");
    }

    @Test
    void entries_that_share_bytes_are_refused() throws Exception {
        byte[] sameStart = valid.clone();
        ByteBuffer bytes = ByteBuffer.wrap(sameStart).order(ByteOrder.LITTLE_ENDIAN);
        int first = central(sameStart, "checkpoint/data/0");
        bytes.putInt(central(sameStart, "checkpoint/data/1") + CENTRAL_OFFSET, bytes.getInt(first + CENTRAL_OFFSET));
        byte[] tooLong = valid.clone();
        ByteBuffer.wrap(tooLong)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(first + CENTRAL_SIZE, 30)
                .putInt(first + 20, 30);

        assertThat(refusalOf(sameStart)).hasMessageContaining("overlaps the entry before it");
        assertThat(refusalOf(tooLong)).hasMessageContaining("overlaps the entry before it");
    }

    @Test
    void an_entry_that_reaches_into_the_directory_is_refused() throws Exception {
        byte[] tooLong = valid.clone();
        int last = central(tooLong, "checkpoint/version");
        ByteBuffer.wrap(tooLong)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(last + CENTRAL_SIZE, 3)
                .putInt(last + 20, 3);

        assertThat(refusalOf(tooLong)).hasMessageContaining("reaches into the zip directory");
    }

    @Test
    void a_local_header_of_another_name_is_refused() throws Exception {
        byte[] renamed = valid.clone();
        renamed[30] = 'X';

        assertThat(refusalOf(renamed)).hasMessageContaining("another name in its local header");
    }

    @Test
    void a_zip64_size_that_is_missing_is_refused() throws Exception {
        byte[] missing = valid.clone();
        int first = central(missing, "checkpoint/data/0");
        ByteBuffer.wrap(missing).order(ByteOrder.LITTLE_ENDIAN).putInt(first + CENTRAL_SIZE, -1);

        assertThat(refusalOf(missing)).hasMessageContaining("lacks its ZIP64 sizes");
    }

    @Test
    void an_archive_on_several_disks_is_refused() throws Exception {
        byte[] disks = valid.clone();
        disks[disks.length - END_BYTES + 4] = 1;

        assertThat(refusalOf(disks).fault()).isEqualTo(TensorFault.UNSUPPORTED_ZIP);
    }

    @Test
    void a_wrong_count_of_entries_is_refused() throws Exception {
        byte[] count = valid.clone();
        count[count.length - END_BYTES + 8]--;
        count[count.length - END_BYTES + 10]--;

        assertThat(refusalOf(count)).hasMessageContaining("its end record says 4");
    }

    @Test
    void changed_bytes_of_a_tensor_are_noticed() throws Exception {
        byte[] changed = valid.clone();
        int data = indexOf(changed, "checkpoint/data/1", 0);
        changed[Math.ceilDiv(data + 17, 64) * 64] ^= 1;

        TensorFormatException refusal = refusalOf(changed);

        assertThat(refusal.fault()).isEqualTo(TensorFault.CHECKSUM_MISMATCH);
        assertThat(refusal).hasMessageContaining("entry checkpoint/data/1");
    }

    @Test
    void a_big_endian_checkpoint_is_refused() throws Exception {
        Path file = PickleBytes.writeZip(
                folder,
                Map.of(
                        "a/data.pkl",
                        PickleBytes.protocol2().raw('}', '.').toByteArray(),
                        "a/byteorder",
                        "big".getBytes(StandardCharsets.US_ASCII)),
                ZipEntry.STORED);

        assertThat(refusalOf(Files.readAllBytes(file))).hasMessageContaining("byteorder is not little");
    }

    @Test
    void an_archive_without_or_with_two_pickles_is_refused() throws Exception {
        byte[] empty = PickleBytes.protocol2().raw('}', '.').toByteArray();
        Path none = PickleBytes.writeZip(folder, Map.of("a/b/data.pkl", empty), ZipEntry.STORED);
        Path two = PickleBytes.writeZip(folder, Map.of("a/data.pkl", empty, "b/data.pkl", empty), ZipEntry.STORED);

        assertThat(refusalOf(Files.readAllBytes(none))).hasMessageContaining("0 folders with data.pkl");
        assertThat(refusalOf(Files.readAllBytes(two))).hasMessageContaining("2 folders with data.pkl");
    }

    @Test
    void an_end_record_is_found_behind_a_comment() throws Exception {
        byte[] comment = Arrays.copyOf(valid, valid.length + 5);
        comment[valid.length - 2] = 5;

        try (CheckpointReader reader = CheckpointReader.open(write(comment), 1000)) {
            assertThat(reader.layout().entries()).hasSize(2);
        }
    }

    private static byte[] checkpoint(StoredZipWriter.Zip64 zip64) throws Exception {
        List<TensorView> tensors = List.of(
                new TensorView("a", DType.F32, Shape.of(2, 3), MemorySegment.ofArray(new byte[24])),
                new TensorView("b", DType.I64, Shape.of(3), MemorySegment.ofArray(new byte[24])));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CheckpointWriter.write(Channels.newChannel(bytes), tensors, zip64);
        return bytes.toByteArray();
    }

    private TensorFormatException refusalOf(byte[] bytes) throws Exception {
        Path file = write(bytes);
        TensorFormatException refusal = catchThrowableOfType(
                TensorFormatException.class,
                () -> CheckpointReader.open(file, 1000).close());
        assertThat(refusal).isNotNull();
        Files.delete(file);
        return refusal;
    }

    private Path write(byte[] bytes) throws Exception {
        return Files.write(Files.createTempFile(folder, "damaged", ".pt"), bytes);
    }

    private static int central(byte[] zip, String name) {
        int at = indexOf(zip, name, indexOf(zip, "PK\u0001\u0002", 0));
        return at - 46;
    }

    private static int indexOf(byte[] bytes, String text, int from) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text, from);
    }

    private static byte[] replaceAll(byte[] bytes, String text, String replacement) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .replace(text, replacement)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
