package dev.roundelay.tensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.tensors.checkpoint.CheckpointConversion;
import dev.roundelay.tensors.checkpoint.CheckpointWriter;
import dev.roundelay.tensors.inspection.TensorInspection;
import dev.roundelay.tensors.safetensors.SafetensorsLimits;
import dev.roundelay.tensors.safetensors.SafetensorsReader;
import dev.roundelay.tensors.safetensors.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Damaged files end in the room's own exception or are read; nothing else comes out, and the heap is that
/// of the tests (1 GiB).
class MutatedFilesTest {
    private static final int MUTANTS = 1500;
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutated_safetensors_are_read_or_refused(long seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        SafetensorsWriter.write(
                original, Map.of("samples", "3", "metrics", "{\"loss\":1}"), RandomTensors.stateDict(seed));

        for (int i = 0; i < MUTANTS; i++) {
            Path file = Files.write(folder.resolve("mutant"), mutate(original.toByteArray(), random));
            readSafetensors(file, seed, i);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void mutated_checkpoints_are_read_or_refused(long seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        CheckpointWriter.write(original, RandomTensors.stateDict(seed));

        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutate(original.toByteArray(), random);
            if (random.nextBoolean()) {
                repairChecksum(mutant);
            }
            readCheckpoint(Files.write(folder.resolve("mutant"), mutant), seed, i);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void random_bytes_are_refused(long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Path file = Files.write(folder.resolve("noise"), bytes);
            assertThat(readSafetensors(file, seed, i)).isFalse();
            assertThat(readCheckpoint(file, seed, i)).isFalse();
        }
    }

    private static boolean readSafetensors(Path file, long seed, int i) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file, SafetensorsLimits.ofFirstModel(MAX_BYTES))) {
            TensorInspection.rows(reader);
            return true;
        } catch (TensorFormatException e) {
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ", mutant " + i, e);
        }
    }

    private static boolean readCheckpoint(Path file, long seed, int i) throws IOException {
        try {
            CheckpointConversion.toSafetensors(file, MAX_BYTES, Map.of(), OutputStream.nullOutputStream());
            return true;
        } catch (TensorFormatException e) {
            return false;
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ", mutant " + i, e);
        }
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] mutant = original.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutant.length);
            switch (random.nextInt(6)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt();
                case 2 -> mutant[at] = (byte) (random.nextBoolean() ? 0xFF : 0x00);
                case 3 -> mutant[at] = mutant[random.nextInt(mutant.length)];
                case 4 ->
                    System.arraycopy(mutant, at, mutant, random.nextInt(at + 1), random.nextInt(mutant.length - at));
                default -> mutant = random.nextInt(8) == 0 ? Arrays.copyOf(mutant, at + 1) : mutant;
            }
        }
        return mutant;
    }

    // Makes the directory's checksum of data.pkl fit the changed pickle, so that mutants get as far as the
    // unpickler.
    private static void repairChecksum(byte[] zip) {
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        int directory = text.indexOf("PK\u0001\u0002");
        int start = text.indexOf("\u0080\u0002");
        if (directory < 0 || start < 0 || directory + 28 > zip.length) {
            return;
        }
        int size = zip[directory + 24] & 0xFF | (zip[directory + 25] & 0xFF) << 8;
        if (start + size <= zip.length) {
            CRC32 crc = new CRC32();
            crc.update(zip, start, size);
            for (int i = 0; i < 4; i++) {
                zip[directory + 16 + i] = (byte) (crc.getValue() >> 8 * i);
            }
        }
    }
}
