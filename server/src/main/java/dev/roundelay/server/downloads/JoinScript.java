package dev.roundelay.server.downloads;

import dev.roundelay.server.downloads.Downloads.Download;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;

/// Fills the script that makes a machine a worker with this server's address and the checksums of what it gives out.
final class JoinScript {
    private JoinScript() {}

    /// Returns the script.
    ///
    /// @param server public address, never one from a request
    static String of(String server, Map<String, Download> downloads) throws IOException {
        return template()
                .replace("@SERVER@", quoted(server))
                .replace("@MACHINE@", quoted(machine(System.getProperty("os.name"), System.getProperty("os.arch"))))
                .replace("@AGENT_SHA256@", sha256(downloads, Downloads.AGENT))
                .replace("@RUNTIME_SHA256@", sha256(downloads, Downloads.RUNTIME));
    }

    private static String sha256(Map<String, Download> downloads, String name) {
        return Objects.requireNonNull(downloads.get(name), name).sha256();
    }

    /// Returns what `uname -sm` says on a machine that can run this one's Java.
    static String machine(String system, String architecture) {
        return system + " " + (architecture.equals("amd64") ? "x86_64" : architecture);
    }

    /// Returns a text as it stands between the single quotes of a shell.
    static String quoted(String text) {
        return text.replace("'", "'\\''");
    }

    private static String template() throws IOException {
        try (InputStream in = JoinScript.class.getResourceAsStream("join.sh")) {
            return new String(Objects.requireNonNull(in, "join.sh").readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
