package dev.roundelay.sdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Finds the shard zips of a folder.
final class Shards {
    private Shards() {}

    static List<Path> in(Path folder, int most) {
        if (!Files.isDirectory(folder)) {
            throw Errors.invalid("shard_count_mismatch", "[shards] " + folder + " is no folder");
        }
        List<Path> zips = zips(folder);
        if (zips.isEmpty()) {
            throw Errors.invalid(
                    "shard_count_mismatch", "[shards] " + folder + " holds no *.zip; make one zip for each worker");
        }
        if (zips.size() > most) {
            throw Errors.invalid(
                    "shard_count_mismatch", "[shards] " + zips.size() + " shards, at most " + most + " a job");
        }
        zips.forEach(Shards::requireZip);
        return zips;
    }

    private static List<Path> zips(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(file -> file.toString().endsWith(".zip"))
                    .filter(file -> !file.getFileName().toString().startsWith("."))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw Source.unreadable(folder, e);
        }
    }

    /// Returns what the zip's directory says of its members.
    static long unpackedBytes(Path path) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            return zip.stream().mapToLong(entry -> Math.max(0, entry.getSize())).sum();
        } catch (IOException e) {
            throw Source.unreadable(path, e);
        }
    }

    private static void requireZip(Path path) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            var unused = zip.size();
        } catch (ZipException _) {
            throw Errors.invalid("shard_unreadable", "[" + path + "] is no zip file; make the shard again");
        } catch (IOException e) {
            throw Source.unreadable(path, e);
        }
    }
}
