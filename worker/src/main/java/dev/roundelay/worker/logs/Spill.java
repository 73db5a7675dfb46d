package dev.roundelay.worker.logs;

import dev.roundelay.contract.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A queue of entries in a file, one JSON object a line. Not thread-safe; its owner holds a lock.
final class Spill implements AutoCloseable {
    private final Path file;
    private @Nullable OutputStream out;
    private @Nullable BufferedReader in;
    private long held;

    Spill(Path file) {
        this.file = file;
    }

    boolean isEmpty() {
        return held == 0;
    }

    void add(Entry entry) throws IOException {
        if (out == null) {
            out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
        }
        byte[] json = Json.lenient().writeValueAsBytes(entry);
        byte[] line = new byte[json.length + 1];
        System.arraycopy(json, 0, line, 0, json.length);
        line[json.length] = '\n';
        out.write(line);
        held++;
    }

    /// Takes up to `most` entries from the front. The file is removed with its last entry.
    List<Entry> take(int most) throws IOException {
        if (in == null) {
            in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        }
        List<Entry> taken = new ArrayList<>();
        while (taken.size() < most && held > 0) {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("[" + file + "] ends " + held + " entries too early");
            }
            taken.add(Json.lenient().readValue(line, Entry.class));
            held--;
        }
        if (held == 0) {
            close();
        }
        return taken;
    }

    @Override
    public void close() throws IOException {
        held = 0;
        if (in != null) {
            in.close();
            in = null;
        }
        if (out != null) {
            out.close();
            out = null;
        }
        Files.deleteIfExists(file);
    }
}
