package dev.roundelay.worker.environment;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// A package index on the loopback (PEP 503) over a folder of wheels, which can keep its files on another server.
final class FakeIndex implements AutoCloseable {
    private final HttpServer pages = serve();
    private final HttpServer files = serve();
    private final Path wheels;
    private final List<String> seen = new CopyOnWriteArrayList<>();

    FakeIndex(Path wheels) throws IOException {
        this.wheels = wheels;
        pages.createContext("/simple/", this::page);
        files.createContext("/files/", this::file);
        pages.start();
        files.start();
    }

    private static HttpServer serve() throws IOException {
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    }

    String url() {
        return "http://" + host(pages) + "/simple";
    }

    /// Returns `host:port` of the server with the files.
    String filesHost() {
        return host(files);
    }

    /// Returns the paths that were asked for.
    List<String> seen() {
        return seen;
    }

    private static String host(HttpServer server) {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private void page(HttpExchange exchange) throws IOException {
        seen.add(exchange.getRequestURI().getPath());
        String[] parts = exchange.getRequestURI().getPath().split("/");
        StringBuilder links = new StringBuilder("<!DOCTYPE html><html><body>\n");
        try (Stream<Path> all = Files.list(wheels)) {
            all.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(parts[2] + "-"))
                    .forEach(name ->
                            links.append("<a href='http://%s/files/%s'>%s</a>%n".formatted(filesHost(), name, name)));
        }
        answer(exchange, "text/html", links.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void file(HttpExchange exchange) throws IOException {
        seen.add(exchange.getRequestURI().getPath());
        Path file = wheels.resolve(exchange.getRequestURI().getPath().replaceFirst("^/files/", ""));
        answer(exchange, "application/octet-stream", Files.readAllBytes(file));
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        pages.stop(0);
        files.stop(0);
    }
}
