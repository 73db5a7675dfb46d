package dev.roundelay.server.jobs;

import dev.roundelay.contract.archive.ZipEntryCount;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.SnapshotEntry;
import java.io.IOException;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/// Looks at a shard's zip headers, without unpacking: what a worker would refuse is refused at submit.
final class ShardCheck {
    static final int MAX_ENTRIES = ZipEntryCount.MOST;
    /// A shard may unpack to this many times its size and [#SLACK_BYTES] more.
    static final long MAX_RATIO = 200;

    static final long SLACK_BYTES = 1L << 30;

    private final BlobStore blobs;
    // Entries that are held in memory at a time, over all submits: some 700 bytes each.
    private final Semaphore entriesInMemory = new Semaphore(2 * MAX_ENTRIES, true);

    ShardCheck(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// Returns why a shard cannot be used, as `what; what to do` without the key; empty if nothing is wrong.
    Optional<String> problem(SnapshotEntry shard) throws IOException {
        int entries;
        try (BlobChannel channel = new BlobChannel(blobs, shard.blob(), shard.sizeBytes())) {
            entries = ZipEntryCount.of(channel, MAX_ENTRIES);
        }
        if (entries > MAX_ENTRIES) {
            return Optional.of("has more than %,d entries, or %,d MiB of names; pack them into fewer files"
                    .formatted(MAX_ENTRIES, ZipEntryCount.MOST_DIRECTORY_BYTES >> 20));
        }
        // No submit holds its share for longer than it takes to look at its entries.
        entriesInMemory.acquireUninterruptibly(entries);
        try {
            return problemOf(shard);
        } finally {
            entriesInMemory.release(entries);
        }
    }

    private Optional<String> problemOf(SnapshotEntry shard) throws IOException {
        try (BlobChannel channel = new BlobChannel(blobs, shard.blob(), shard.sizeBytes());
                ZipFile zip = ZipFile.builder()
                        .setSeekableByteChannel(channel)
                        .setIgnoreLocalFileHeader(true)
                        .get()) {
            return problem(zip, shard.sizeBytes());
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of("is no readable zip (" + e.getMessage() + "); make it again");
        }
    }

    private static Optional<String> problem(ZipFile zip, long sizeBytes) {
        Set<String> names = new HashSet<>();
        long unpacked = 0;
        Enumeration<ZipArchiveEntry> entries = zip.getEntries();
        while (entries.hasMoreElements()) {
            ZipArchiveEntry entry = entries.nextElement();
            String name = entry.getName();
            Optional<String> fault = fault(entry, name);
            if (fault.isPresent()) {
                return fault.map(
                        what -> "entry \"%s\" %s; make the zip again without it".formatted(shorten(name), what));
            }
            if (!names.add(name)) {
                return Optional.of("holds \"%s\" twice; make the zip again".formatted(shorten(name)));
            }
            // A forged size may be as large as a long: it must not be added before it is compared.
            if (entry.getSize() > sizeBytes * MAX_RATIO + SLACK_BYTES - unpacked) {
                return Optional.of("would unpack to more than %d times its size; pack the data in a less extreme way"
                        .formatted(MAX_RATIO));
            }
            unpacked += Math.max(0, entry.getSize());
        }
        return names.isEmpty() ? Optional.of("is an empty zip; put the shard's files into it") : Optional.empty();
    }

    private static Optional<String> fault(ZipArchiveEntry entry, String name) {
        if (entry.isUnixSymlink() || !isPlain(entry)) {
            return Optional.of("is a link or special file");
        }
        if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.matches("^[A-Za-z]:.*")) {
            return Optional.of("has an absolute name or a backslash");
        }
        if (List.of(name.split("/", -1)).contains("..")) {
            return Optional.of("leaves the folder with ..");
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("has control characters in its name");
        }
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            return Optional.of("is encrypted");
        }
        return Optional.empty();
    }

    private static boolean isPlain(ZipArchiveEntry entry) {
        int type = entry.getUnixMode() & 0xF000;
        return type == 0 || type == 0x8000 || type == 0x4000;
    }

    private static String shorten(String name) {
        String shown = name.replaceAll("\\p{Cntrl}", "?");
        return shown.length() <= 120 ? shown : shown.substring(0, 120) + "…";
    }
}
