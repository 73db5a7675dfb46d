package dev.roundelay.server.downloads;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The files of [Distribution], packed at the first question and kept in the data folder. Thread-safe.
///
/// Packed anew after each start: what was kept by another release is never taken for this one's.
final class Downloads {
    static final String AGENT = "agent.tar.gz";
    static final String RUNTIME = "runtime.tar.gz";

    private final Distribution distribution;
    private final Path cache;
    private Map<String, Download> prepared = Map.of();

    /// A file that is given out.
    ///
    /// @param sha256 of its bytes, lower-case hex
    record Download(String name, Path path, long sizeBytes, String sha256) {}

    /// @param cache folder for packed files; made when it is needed
    Downloads(Distribution distribution, Path cache) {
        this.distribution = distribution;
        this.cache = cache;
    }

    /// Returns every file by its name. The first call takes seconds.
    synchronized Map<String, Download> all() throws IOException {
        boolean there = !prepared.isEmpty()
                && prepared.values().stream().allMatch(download -> Files.isRegularFile(download.path()));
        if (!there) {
            Map<String, Download> fresh = new LinkedHashMap<>();
            add(fresh, pack(AGENT, distribution.agent()));
            add(fresh, pack(RUNTIME, distribution.runtime()));
            for (Path wheel : distribution.wheels()) {
                add(fresh, download(wheel.getFileName().toString(), wheel));
            }
            prepared = fresh;
        }
        return prepared;
    }

    private static void add(Map<String, Download> downloads, Download download) {
        downloads.put(download.name(), download);
    }

    private Download pack(String name, List<TarGzip.Entry> entries) throws IOException {
        Files.createDirectories(cache);
        // A standby on the same data folder may do the same at the same time: whole files only, the later one stays.
        Path fresh = Files.createTempFile(cache, name + "-", ".new");
        try {
            try (OutputStream out = Files.newOutputStream(fresh)) {
                TarGzip.write(out, entries);
            }
            Download packed = download(name, fresh);
            // By its checksum: a file that is being read under its name is never another one.
            Path kept = cache.resolve(packed.sha256().substring(0, 16) + "-" + name);
            Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
            removeOthers(name, kept);
            return new Download(name, kept, packed.sizeBytes(), packed.sha256());
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /// Those of former releases. A server that misses its own packs it again.
    private void removeOthers(String name, Path kept) throws IOException {
        try (DirectoryStream<Path> packed = Files.newDirectoryStream(cache, "*-" + name)) {
            for (Path file : packed) {
                if (!file.equals(kept)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Download download(String name, Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return new Download(name, file, Files.size(file), HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
