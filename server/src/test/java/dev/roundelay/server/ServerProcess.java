package dev.roundelay.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The program `roundelay server` as a process of its own, which can be killed, stopped and resumed.
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path data;
    private final HttpClient client = HttpClient.newHttpClient();
    private String url = "";

    private ServerProcess(Process process, Path data) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.data = data;
    }

    /// Starts it on free ports; returns before it is ready.
    static ServerProcess start(Path data, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "--data-dir",
                data.toString(),
                "--port",
                "0",
                "--s3-port",
                "0"));
        command.addAll(List.of(more));
        return new ServerProcess(
                new ProcessBuilder(command)
                        .redirectError(
                                data.resolveSibling(data.getFileName() + ".log").toFile())
                        .start(),
                data);
    }

    /// Reads the next line of its standard output, such as the ready line, and takes the address from it.
    String readLine() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException(
                    "the server ended: " + Files.readString(data.resolveSibling(data.getFileName() + ".log")));
        }
        url = line.replaceFirst("^.*?(http://[^ ]+).*$", "$1");
        return line;
    }

    /// Returns its address, after [#readLine].
    String url() {
        return url;
    }

    Map<String, String> credentials() throws IOException {
        return Files.readAllLines(data.resolve("credentials.env")).stream()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    /// Calls with the administrator's key.
    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + credentials().get("RESON_API_KEY"))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return Json.lenient().readTree(get(path).body());
    }

    /// Returns the number of its PostgreSQL, the embedded one.
    long postmaster() throws IOException {
        return Long.parseLong(
                Files.readAllLines(data.resolve("postgres/data/postmaster.pid")).getFirst());
    }

    /// Returns what everybody on the machine may read: the command lines of the server and all that it started.
    String commandLines() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (ProcessHandle one : Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList()) {
            Path file = Path.of("/proc", Long.toString(one.pid()), "cmdline");
            // A connection's process may have ended since.
            if (Files.isReadable(file)) {
                lines.append(Files.readString(file).replace('\0', ' ')).append('\n');
            }
        }
        return lines.toString();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /// Closes its standard input, as the death of its parent does.
    void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the server did not end");
        }
        return process.exitValue();
    }

    String errors() throws IOException {
        return Files.readString(data.resolveSibling(data.getFileName() + ".log"));
    }

    @Override
    public void close() throws InterruptedException, IOException {
        if (process.isAlive()) {
            signal("CONT");
            process.destroy();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
        client.close();
        out.close();
    }
}
