package dev.roundelay.benchmarks.fleet;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// A keep-alive connection with just enough of HTTP/1.1. The JDK's client costs several times as much for each of ten
/// thousand parked calls, and its processor time would be the server's.
///
/// For one thread, except [#breakOff] and [#isBrokenOff]. Once an exchange has failed it is of no further use.
final class Connection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int BUFFER_BYTES = 2_048;
    /// From this size on the server is asked before the body is sent.
    private static final int ASKED_BYTES = 1 << 20;
    /// Longer bodies are read and dropped.
    private static final int KEPT_BYTES = 64 << 10;
    /// The server closes connections that were idle for 65 s.
    private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();

    private final String host;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long lastUsed = System.nanoTime();
    private boolean closed;
    private volatile boolean brokenOff;

    private Connection(InetSocketAddress server, Socket socket) throws IOException {
        this.host = server.getHostString() + ":" + server.getPort();
        this.socket = socket;
        this.in = socket.getInputStream();
        this.out = socket.getOutputStream();
    }

    /// Connects.
    static Connection open(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(server, CONNECT_MILLIS);
            return new Connection(server, socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Returns whether another exchange can be tried.
    boolean isUsable() {
        return !closed && !brokenOff && System.nanoTime() - lastUsed < IDLE_NANOS;
    }

    /// Sends a request and returns its answer.
    ///
    /// @param patience longest time without a byte of the answer
    /// @throws IOException if no whole answer came; the connection is closed then
    Answer exchange(Request request, Duration patience) throws IOException {
        try {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            Answer answer = request.body().length() < ASKED_BYTES ? sent(request) : asked(request);
            lastUsed = System.nanoTime();
            if ("close".equalsIgnoreCase(answer.headers().get("connection"))) {
                close();
            }
            return answer;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Answer sent(Request request) throws IOException {
        // In one piece: a head of its own would be a packet of its own.
        ByteArrayOutputStream all =
                new ByteArrayOutputStream(512 + (int) request.body().length());
        all.write(head(request, false));
        request.body().writeTo(all);
        all.writeTo(out);
        return answer(request, head());
    }

    private Answer asked(Request request) throws IOException {
        out.write(head(request, true));
        Head first = head();
        if (first.status() != 100) {
            Answer refusal = answer(request, first);
            // Whether the server still waits for the body is not known.
            close();
            return refusal;
        }
        request.body().writeTo(out);
        return answer(request, head());
    }

    private byte[] head(Request request, boolean asks) {
        StringBuilder head = new StringBuilder(512)
                .append(request.method())
                .append(' ')
                .append(request.path())
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\n");
        request.headers().forEach(line -> head.append(line).append("\r\n"));
        if (!request.method().equals("GET")) {
            head.append("Content-Length: ").append(request.body().length()).append("\r\n");
        }
        if (asks) {
            head.append("Expect: 100-continue\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private record Head(int status, Map<String, String> headers) {}

    private Head head() throws IOException {
        String status = line();
        if (!status.matches("HTTP/1\\.1 [1-5][0-9]{2}.*")) {
            throw new IOException("no HTTP: " + status);
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Head(Integer.parseInt(status.substring(9, 12)), headers);
    }

    private Answer answer(Request request, Head head) throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        boolean hasBody = head.status() != 204
                && head.status() != 304
                && !request.method().equals("HEAD");
        if (hasBody && "chunked".equalsIgnoreCase(head.headers().get("transfer-encoding"))) {
            for (long size = chunk(); size > 0; size = chunk()) {
                take(size, kept);
                line();
            }
            line();
        } else if (hasBody) {
            take(Long.parseLong(head.headers().getOrDefault("content-length", "0")), kept);
        }
        return new Answer(head.status(), head.headers(), kept.size() > KEPT_BYTES ? new byte[0] : kept.toByteArray());
    }

    private long chunk() throws IOException {
        return Long.parseLong(line().split(";", 2)[0].strip(), 16);
    }

    private void take(long size, ByteArrayOutputStream kept) throws IOException {
        byte[] block = size > KEPT_BYTES ? new byte[KEPT_BYTES] : buffer;
        long left = size;
        while (left > 0) {
            int count;
            if (position < limit) {
                count = (int) Math.min(limit - position, left);
                keep(kept, buffer, position, count);
                position += count;
            } else {
                count = in.read(block, 0, (int) Math.min(block.length, left));
                if (count < 0) {
                    throw new EOFException("the answer ended " + left + " bytes early");
                }
                keep(kept, block, 0, count);
            }
            left -= count;
        }
    }

    /// Keeps a little more than what is kept of an answer, so that its length tells that it was too long.
    private static void keep(ByteArrayOutputStream kept, byte[] from, int offset, int count) {
        if (kept.size() <= KEPT_BYTES) {
            kept.write(from, offset, count);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        for (int next = next(); next != '\n'; next = next()) {
            line.write(next);
        }
        String text = line.toString(StandardCharsets.US_ASCII);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private int next() throws IOException {
        if (position == limit) {
            position = 0;
            limit = Math.max(0, in.read(buffer));
            if (limit == 0) {
                throw new EOFException("the server closed the connection");
            }
        }
        return buffer[position++];
    }

    /// Ends the exchange under way, from another thread: it fails.
    void breakOff() {
        brokenOff = true;
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone all the same.
        }
    }

    /// Returns whether [#breakOff] was called.
    boolean isBrokenOff() {
        return brokenOff;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
