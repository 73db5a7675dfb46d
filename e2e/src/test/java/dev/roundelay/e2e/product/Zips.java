package dev.roundelay.e2e.product;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Shards.
public final class Zips {
    private Zips() {}

    /// Returns an archive with one file.
    public static byte[] of(String name, byte[] content) {
        return of(Map.of(name, content));
    }

    /// Returns an archive with these files.
    public static byte[] of(Map<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Unpacks an archive of this class into a new folder and returns that.
    public static Path unpack(byte[] archive, Path folder) throws IOException {
        Files.createDirectories(folder);
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Files.write(folder.resolve(Path.of(entry.getName()).getFileName()), zip.readAllBytes());
            }
        }
        return folder;
    }

    /// Returns one archive a count, each with a `data.csv` of so many rows `a,b,c,y`, the same for the same
    /// counts.
    public static List<byte[]> tables(int... rows) {
        return csv(rows).stream().map(table -> of("data.csv", table)).toList();
    }

    /// Returns the tables of [#tables] themselves.
    public static List<byte[]> csv(int... rows) {
        Random random = new Random(20_260_101);
        List<byte[]> tables = new ArrayList<>();
        for (int count : rows) {
            StringBuilder csv = new StringBuilder();
            for (int row = 0; row < count; row++) {
                double a = random.nextGaussian();
                double b = random.nextGaussian();
                double c = random.nextGaussian();
                csv.append("%.6f,%.6f,%.6f,%.6f%n".formatted(a, b, c, 2 * a - b + 0.5 * c + 1));
            }
            tables.add(csv.toString().getBytes(StandardCharsets.UTF_8));
        }
        return tables;
    }
}
