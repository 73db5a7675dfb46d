package dev.roundelay.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.server.Zips;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.memory.MemoryBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/// A shard at submit: one that is accepted has only names that stay in the folder.
class ShardFuzzTest extends DecoderFuzz {
    private static final Path FOLDER = Path.of("/slot/payload");

    private final MemoryBlobStore blobs = new MemoryBlobStore(new Random(1), InstantSource.system());

    @Override
    protected List<byte[]> samples() {
        return List.of(
                Zips.of("a.txt", "folder/b.txt", "Ünïcode/c d.txt", "a..b", "..c/d"), Zips.claiming(3, 1L << 20));
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        Blob blob = blobs.put(input);
        Optional<String> problem;
        try {
            problem = new ShardCheck(blobs)
                    .problem(
                            new SnapshotEntry(new ObjectKey("shards/a.zip"), blob.id(), blob.sizeBytes(), blob.etag()));
        } finally {
            blobs.delete(blob.id());
        }
        if (problem.isPresent()) {
            assertThat(problem.get()).contains("; ").hasSizeLessThan(2_000);
            return Outcome.REFUSED;
        }
        requireInside(input);
        return Outcome.READ;
    }

    private static void requireInside(byte[] input) throws IOException {
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(new SeekableInMemoryByteChannel(input))
                .setIgnoreLocalFileHeader(true)
                .get()) {
            List<ZipArchiveEntry> entries = java.util.Collections.list(zip.getEntries());
            assertThat(entries).isNotEmpty().allMatch(entry -> !entry.isUnixSymlink());
            for (ZipArchiveEntry entry : entries) {
                assertThat(FOLDER.resolve(entry.getName()).normalize().startsWith(FOLDER))
                        .as("%s", entry.getName())
                        .isTrue();
            }
        }
    }
}
