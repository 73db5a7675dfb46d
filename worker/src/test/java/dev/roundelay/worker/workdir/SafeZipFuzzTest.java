package dev.roundelay.worker.workdir;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/// Whatever an archive says, nothing is written outside the folder, no link and no byte more than allowed.
class SafeZipFuzzTest extends DecoderFuzz {
    private static final long MOST_BYTES = 1 << 18;

    private final SafeZip zips = new SafeZip(50, MOST_BYTES, 100, 1 << 14);
    private final Path folder;

    SafeZipFuzzTest() throws IOException {
        folder = Files.createTempDirectory("safe-zip-fuzz");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                clear(folder);
                Files.deleteIfExists(folder);
            } catch (IOException e) {
                System.err.println("[safe zip] " + folder + " could not be removed: " + e.getMessage());
            }
        }));
    }

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (int method : new int[] {ZipEntry.STORED, ZipEntry.DEFLATED}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
                zip.setMethod(method);
                ZipArchiveEntry folderEntry = new ZipArchiveEntry("folder/");
                folderEntry.setSize(0);
                folderEntry.setCrc(0);
                zip.putArchiveEntry(folderEntry);
                zip.closeArchiveEntry();
                for (String name : new String[] {"folder/a.txt", "ü.csv", "./b"}) {
                    byte[] content = ("content of " + name).repeat(20).getBytes(StandardCharsets.UTF_8);
                    ZipArchiveEntry entry = new ZipArchiveEntry(name);
                    entry.setSize(content.length);
                    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
                    crc.update(content);
                    entry.setCrc(crc.getValue());
                    zip.putArchiveEntry(entry);
                    zip.write(content);
                    zip.closeArchiveEntry();
                }
            }
            samples.add(bytes.toByteArray());
        }
        return samples;
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        clear(folder);
        Path archive = Files.write(folder.resolve("archive"), input);
        Path target = folder.resolve("target");
        try {
            int files = zips.unpack(archive, "shard.zip", target);
            assertThat(requireInside(target)).isEqualTo(files);
            return Outcome.READ;
        } catch (WorkdirException e) {
            requireInside(target);
            assertThat(e.getMessage()).startsWith("[");
            return Outcome.REFUSED;
        }
    }

    private int requireInside(Path target) throws IOException {
        long bytes = 0;
        int files = 0;
        for (Path path : paths(folder)) {
            assertThat(Files.isSymbolicLink(path)).isFalse();
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !path.equals(folder.resolve("archive"))) {
                assertThat(path.startsWith(target)).as("%s", path).isTrue();
                bytes += Files.size(path);
                files++;
            }
        }
        assertThat(bytes).isLessThanOrEqualTo(MOST_BYTES);
        return files;
    }

    private static List<Path> paths(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.toList();
        }
    }

    private static void clear(Path folder) throws IOException {
        for (Path path :
                paths(folder).stream().sorted(Comparator.reverseOrder()).toList()) {
            if (!path.equals(folder)) {
                Files.delete(path);
            }
        }
    }
}
