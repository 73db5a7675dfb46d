package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.disk.DiskBlobStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` of a process that writes blobs: what it acknowledged is whole, and nothing else is left after the sweep.
class KilledBlobStoreIT {
    private static final int KILLS = 8;
    private static final long SEED = 20261124;

    @TempDir
    Path folder;

    @Test
    void acknowledged_blobs_are_whole_and_no_unfinished_file_survives() throws Exception {
        var random = new Random(SEED);
        var acknowledged = new HashMap<BlobId, String>();
        Path root = folder.resolve("blobs");
        for (int kill = 0; kill < KILLS; kill++) {
            acknowledged.putAll(runAndKill(root, random.nextLong(), 1 + random.nextInt(40)));

            var store = new DiskBlobStore(root, new SecureRandom()).start();
            store.removeUnfinished(Instant.MAX);
            String where = "after kill %d of seed %d".formatted(kill, SEED);
            assertThat(acknowledged)
                    .isNotEmpty()
                    .allSatisfy((id, sizeAndChecksum) -> assertThat(read(store, id))
                            .as("blob %s %s", id, where)
                            .isEqualTo(sizeAndChecksum));
            try (Stream<Path> left = Files.list(root.resolve("unfinished"))) {
                assertThat(left).isEmpty();
            }
            var orphans = new ArrayList<BlobId>();
            store.forEachWrittenBefore(Instant.MAX, orphans::add);
            orphans.removeAll(acknowledged.keySet());
            assertThat(orphans)
                    .allSatisfy(orphan -> assertThat(read(store, orphan))
                            .as("even a blob that was not acknowledged is whole or absent")
                            .isNotEmpty());
            for (BlobId orphan : orphans) {
                store.delete(orphan);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(KILLS);
    }

    private Map<BlobId, String> runAndKill(Path root, long seed, int lines) throws IOException, InterruptedException {
        Path errors = folder.resolve("writer.txt");
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        root.toString(),
                        Long.toString(seed))
                .redirectError(errors.toFile())
                .start();
        var acknowledged = new HashMap<BlobId, String>();
        try (var out = new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            // Killed after a seeded number of acknowledgements, and so in the middle of the next writes.
            for (int i = 0; i < lines; i++) {
                String line = out.readLine();
                assertThat(line).as("%s", Files.readString(errors)).isNotNull();
                note(acknowledged, line);
            }
            // Through the handle: Process.destroyForcibly would close the pipe with the last acknowledgements in it.
            writer.toHandle().destroyForcibly();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.endsWith(".")) {
                    note(acknowledged, line);
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        return acknowledged;
    }

    private static void note(Map<BlobId, String> acknowledged, String line) {
        String[] words = line.split(" ");
        acknowledged.put(new BlobId(words[0]), words[1] + " " + words[2]);
    }

    private static String read(DiskBlobStore store, BlobId id) {
        var crc = new CRC32C();
        long size = 0;
        try (InputStream in = store.open(id)) {
            byte[] buffer = new byte[65536];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
                size += n;
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return size + " " + crc.getValue();
    }

    /// Writes blobs with four threads until it is killed, and prints `<id> <size> <crc32c> .` once each is durable.
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws IOException {
            var store = new DiskBlobStore(Path.of(arguments[0]), new SecureRandom()).start();
            long seed = Long.parseLong(arguments[1]);
            for (int i = 0; i < 4; i++) {
                var random = new Random(seed + i);
                Thread.ofPlatform().start(() -> writeForever(store, random));
            }
        }

        private static void writeForever(DiskBlobStore store, Random random) {
            try {
                while (true) {
                    switch (random.nextInt(3)) {
                        case 0 -> acknowledge(store.put(bytes(random)));
                        case 1 -> {
                            Path file = store.newFile();
                            Files.write(file, bytes(random));
                            acknowledge(store.adopt(file));
                        }
                        default -> compose(store, random);
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private static byte[] bytes(Random random) {
            byte[] bytes = new byte[random.nextInt(400_000)];
            random.nextBytes(bytes);
            return bytes;
        }

        private static void compose(DiskBlobStore store, Random random) throws IOException {
            byte[] one = bytes(random);
            byte[] two = bytes(random);
            List<BlobId> parts = List.of(store.put(one).id(), store.put(two).id());
            Blob whole = store.compose(parts, new ETag("t-2"));
            var crc = new CRC32C();
            crc.update(one);
            crc.update(two);
            // The parts are not acknowledged by themselves, but the composite needs them.
            print(parts.get(0), one.length, checksum(one));
            print(parts.get(1), two.length, checksum(two));
            print(whole.id(), whole.sizeBytes(), crc.getValue());
        }

        private static long checksum(byte[] bytes) {
            var crc = new CRC32C();
            crc.update(bytes);
            return crc.getValue();
        }

        private static void acknowledge(Blob blob) {
            print(blob.id(), blob.sizeBytes(), blob.crc32c());
        }

        private static void print(BlobId id, long size, long crc) {
            synchronized (System.out) {
                System.out.println(id + " " + size + " " + crc + " .");
                System.out.flush();
            }
        }
    }
}
