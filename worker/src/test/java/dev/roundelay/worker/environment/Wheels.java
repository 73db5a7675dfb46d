package dev.roundelay.worker.environment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Makes tiny pure-Python wheels.
final class Wheels {
    private Wheels() {}

    /// Writes `name-version-py3-none-any.whl` with one module that says its version.
    static void write(Path folder, String name, String version, List<String> requires) throws IOException {
        write(folder, name, version, requires, "");
    }

    /// Writes `name-1.0.zip`, a package without a wheel that this Python code is to build.
    static void writeSource(Path folder, String name, String backend) throws IOException {
        Files.createDirectories(folder);
        String root = name + "-1.0/";
        Map<String, String> files = new LinkedHashMap<>();
        files.put(root + "PKG-INFO", "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n");
        files.put(
                root + "pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n");
        files.put(root + "backend.py", backend);
        try (OutputStream out = Files.newOutputStream(folder.resolve(name + "-1.0.zip"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }

    /// Writes one whose module ends with that text.
    static void write(Path folder, String name, String version, List<String> requires, String text) throws IOException {
        Files.createDirectories(folder);
        String info = name + "-" + version + ".dist-info/";
        StringBuilder metadata =
                new StringBuilder("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
        requires.forEach(line -> metadata.append("Requires-Dist: ").append(line).append('\n'));
        Map<String, String> files = new LinkedHashMap<>();
        files.put(name + ".py", "VERSION = '" + version + "'\n" + text);
        files.put(info + "METADATA", metadata.toString());
        files.put(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
        files.put(info + "RECORD", name + ".py,,\n" + info + "METADATA,,\n" + info + "WHEEL,,\n" + info + "RECORD,,\n");
        try (OutputStream out = Files.newOutputStream(folder.resolve(name + "-" + version + "-py3-none-any.whl"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
    }
}
