package dev.roundelay.server.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// One zip for who is to help: status, versions and the ends of the logs. What looks like a secret is blotted out, and
/// nothing of users' files, names of buckets' keys or rows is taken.
final class SupportBundle {
    private static final int TAIL_BYTES = 2_000_000;
    private static final Pattern SECRET = Pattern.compile(
            "(?i)(rsk_live_|rsk_dev_|rws_|rwt_)[A-Za-z0-9_-]+|((?:password|secret|token|key)[\"'=: ]+)[^\\s\"',;]+");

    private SupportBundle() {}

    /// Writes one.
    ///
    /// @param status lines of a [StatusReport]
    static void write(Path dataDir, List<String> status, Path target) throws IOException {
        Files.deleteIfExists(target);
        Files.createFile(target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream file = Files.newOutputStream(target);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            add(zip, "status.txt", String.join("\n", status));
            add(zip, "machine.txt", machine());
            for (Path log : logs(dataDir)) {
                add(zip, "logs/" + dataDir.relativize(log).toString().replace('/', '_'), tail(log));
            }
        }
    }

    private static void add(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(blotted(text).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    /// Returns the text without what looks like a secret.
    static String blotted(String text) {
        return SECRET.matcher(text)
                .replaceAll(found -> found.group(1) != null ? found.group(1) + "(blotted out)" : "$2(blotted out)");
    }

    private static String machine() throws IOException {
        TreeMap<String, String> facts = new TreeMap<>();
        for (String name : List.of("java.runtime.version", "java.vm.name", "os.name", "os.version", "os.arch")) {
            facts.put(name, System.getProperty(name, ""));
        }
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        StringBuilder text = new StringBuilder();
        facts.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        for (String file : List.of("/proc/meminfo", "/proc/loadavg", "/etc/os-release")) {
            if (Files.isReadable(Path.of(file))) {
                text.append("--- ").append(file).append('\n').append(Files.readString(Path.of(file)));
            }
        }
        return text.toString();
    }

    private static List<Path> logs(Path dataDir) throws IOException {
        Path logs = dataDir.resolve("logs");
        try (Stream<Path> own = Files.isDirectory(logs) ? Files.list(logs) : Stream.empty()) {
            return Stream.concat(own.sorted(), Stream.of(dataDir.resolve("postgres/postgres.log")))
                    .filter(Files::isReadable)
                    .filter(Files::isRegularFile)
                    .toList();
        }
    }

    private static String tail(Path log) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL_BYTES));
            try (InputStream in = Channels.newInputStream(file.getChannel())) {
                return new String(in.readNBytes(TAIL_BYTES), StandardCharsets.UTF_8);
            }
        }
    }
}
