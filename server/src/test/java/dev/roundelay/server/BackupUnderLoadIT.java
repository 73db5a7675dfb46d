package dev.roundelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.admin.AdminMain;
import dev.roundelay.server.store.TestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// `roundelay backup`, `restore` and `verify` as programs, beside a server that is being written to.
@Timeout(600)
class BackupUnderLoadIT {
    private static final String FILE = "/api/v1/files/content?key=";

    @RegisterExtension
    final TestDatabase postgres = TestDatabase.bundled();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    /// How a command ended, and all that it said.
    private record Ended(int code, String text) {}

    @Test
    void with_the_embedded_database_everything_acknowledged_before_is_in_it_whole() throws Exception {
        String[] database = {"--postgres-bin", TestDatabase.programs().toString()};
        Path data = folder.resolve("d");
        Path restored = folder.resolve("e");

        Path backup = takenUnderLoad(data, database);

        Ended whole = admin("verify", backup, database);
        assertThat(whole.code()).as(whole.text()).isZero();
        assertThat(admin("restore", "--data-dir", restored, database, backup).code())
                .isZero();
        assertThat(admin("restore", "--data-dir", restored, database, backup).text())
                .contains("is not empty");
        assertSameAnswers(restored, database);
        Path damaged = someBlob(restored);
        Files.write(damaged, new byte[] {1}, StandardOpenOption.APPEND);
        Ended verified = admin("verify", "--data-dir", restored, database);
        assertThat(verified.code()).isEqualTo(1);
        assertThat(verified.text()).contains("1 FAULTS", "[blob " + damaged.getFileName() + "] has");
    }

    @Test
    void with_an_external_database_too() throws Exception {
        Path url = Files.writeString(folder.resolve("url"), postgres.url());
        String[] database = {"--database-url-file", url.toString()};
        Path restored = folder.resolve("e");

        Path backup = takenUnderLoad(folder.resolve("d"), database);

        assertThat(admin("restore", "--data-dir", restored, database, backup).text())
                .contains("make an empty database");
        postgres.jdbi().useHandle(handle -> handle.execute("drop schema public cascade; create schema public"));
        try (Stream<Path> files = Files.list(restored)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThat(admin("restore", "--data-dir", restored, database, backup).code())
                .isZero();
        assertSameAnswers(restored, database);
    }

    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, String> sent = new ConcurrentHashMap<>();
    private Map<String, String> before = Map.of();
    private Map<String, String> credentials = Map.of();
    private volatile boolean loaded = true;

    /// Runs a server, writes to it, takes two backups meanwhile, and returns the second.
    private Path takenUnderLoad(Path data, String... database) throws Exception {
        Path backups = folder.resolve("backups");
        try (ServerProcess server = ServerProcess.start(data, database);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.readLine();
            credentials = server.credentials();
            for (int i = 0; i < 30; i++) {
                put(server, "before/" + i, "x".repeat(i * 1000));
            }
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int writer = i;
                load.add(threads.submit(() -> write(server, writer)));
            }
            Ended first = admin("backup", "--data-dir", data, "--to", backups, "--keep", "1", database);
            before = new HashMap<>(acknowledged);
            Ended second = admin("backup", "--data-dir", data, "--to", backups, "--keep", "1", database);
            assertThat(first.code()).as(first.text()).isZero();
            assertThat(second.code()).as(second.text()).isZero();
            assertThat(second.text()).contains("wrote ", "new (", "removed backup-");
            assertThat(admin("verify", "--data-dir", data, database).text()).contains("no faults");
            loaded = false;
            for (Future<?> writer : load) {
                writer.get(60, TimeUnit.SECONDS);
            }
        }
        try (Stream<Path> whole = Files.list(backups)) {
            return whole.filter(file -> !file.endsWith(".lock")).toList().getFirst();
        }
    }

    private Void write(ServerProcess server, int writer) throws IOException, InterruptedException {
        Random random = new Random(writer);
        for (int i = 0; loaded; i++) {
            String key = "load/%d/%d".formatted(writer, i);
            put(server, key, Long.toHexString(random.nextLong()).repeat(random.nextInt(2_000)));
            if (i % 3 == 2) {
                String gone = "load/%d/%d".formatted(writer, i - 1);
                acknowledged.remove(gone);
                server.send("DELETE", "/api/v1/files?key=" + gone, "");
            }
        }
        return null;
    }

    private void put(ServerProcess server, String key, String text) throws IOException, InterruptedException {
        sent.put(key, text);
        HttpResponse<String> answer = server.send("PUT", FILE + key, text);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        acknowledged.put(key, text);
    }

    /// A server on the copy knows the keys and passwords of the first, and has the objects.
    private void assertSameAnswers(Path restored, String... database) throws Exception {
        try (ServerProcess copy = ServerProcess.start(restored, database)) {
            copy.readLine();
            assertThat(copy.credentials().get("RESON_API_KEY")).isEqualTo(credentials.get("RESON_API_KEY"));
            String signIn = "{\"email\":\"%s\",\"password\":\"%s\"}"
                    .formatted(credentials.get("ROUNDELAY_EMAIL"), credentials.get("ROUNDELAY_PASSWORD"));
            assertThat(copy.send("POST", "/api/v1/session", signIn).statusCode())
                    .isEqualTo(200);
            int there = 0;
            for (Map.Entry<String, String> object : sent.entrySet()) {
                HttpResponse<String> answer = copy.get(FILE + object.getKey());
                if (answer.statusCode() == 200) {
                    assertThat(answer.body()).as(object.getKey()).isEqualTo(object.getValue());
                    there++;
                } else {
                    assertThat(answer.statusCode()).isEqualTo(404);
                    assertThat(before.containsKey(object.getKey()) && acknowledged.containsKey(object.getKey()))
                            .as("%s was acknowledged before the backup", object.getKey())
                            .isFalse();
                }
            }
            assertThat(there).isGreaterThanOrEqualTo(30);
            assertThat(copy.send("PUT", FILE + "new", "goes on").statusCode()).isEqualTo(200);
        }
    }

    private static Path someBlob(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    /// Runs `roundelay admin` with these words, or lists of words.
    private Ended admin(Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                AdminMain.class.getName()));
        for (Object word : words) {
            if (word instanceof String[] several) {
                command.addAll(List.of(several));
            } else {
                command.add(word.toString());
            }
        }
        Path said = Files.createTempFile(folder, "admin", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readString(said));
    }
}
