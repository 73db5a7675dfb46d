package dev.roundelay.server.downloads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.server.downloads.Downloads.Download;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadsTest {
    @TempDir
    Path folder;

    private Path home;
    private Path java;

    @BeforeEach
    void lay_out_a_distribution() throws IOException {
        home = folder.resolve("home");
        java = folder.resolve("java");
        executable(home.resolve("bin/roundelay"), "#!/bin/sh");
        write(home.resolve("lib/worker.jar"), "worker");
        write(home.resolve("lib/server.jar"), "server");
        write(home.resolve("share/agent.jars"), "worker.jar\n");
        write(home.resolve("share/roundelay-1-py3-none-any.whl"), "wheel");
        executable(java.resolve("bin/java"), "java");
        write(java.resolve("release"), "JAVA_VERSION=\"25\"");
        write(java.resolve("lib/modules"), "modules");
        write(java.resolve("lib/src.zip"), "sources");
        write(java.resolve("jmods/java.base.jmod"), "for jlink");
        write(java.resolve("legal/java.base/LICENSE"), "terms");
        Files.createDirectories(java.resolve("legal/java.sql"));
        Files.createSymbolicLink(java.resolve("legal/java.sql/LICENSE"), Path.of("../java.base/LICENSE"));
    }

    @Test
    void the_agent_is_the_launcher_and_the_jars_of_the_list() throws IOException {
        assertThat(modes(get(Downloads.AGENT)))
                .containsExactly(Map.entry("bin/roundelay", "755"), Map.entry("lib/worker.jar", "644"));
    }

    @Test
    void the_runtime_is_the_running_java_without_what_builders_need() throws IOException {
        assertThat(modes(get(Downloads.RUNTIME)))
                .containsExactly(
                        Map.entry("jre/bin/java", "755"),
                        Map.entry("jre/legal/java.base/LICENSE", "644"),
                        Map.entry("jre/legal/java.sql/LICENSE", "-> ../java.base/LICENSE"),
                        Map.entry("jre/lib/modules", "644"),
                        Map.entry("jre/release", "644"));
    }

    @Test
    void the_runtime_of_the_distribution_goes_first() throws IOException {
        write(home.resolve("jre/release"), "JAVA_VERSION=\"25\"");

        assertThat(modes(get(Downloads.RUNTIME))).containsExactly(Map.entry("jre/release", "644"));
    }

    @Test
    void every_start_packs_the_same_bytes() throws IOException {
        Map<String, Download> first = downloads().all();
        Files.setLastModifiedTime(home.resolve("lib/worker.jar"), FileTime.fromMillis(0));

        assertThat(downloads().all()).isEqualTo(first);
        assertThat(folder.resolve("cache")).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void a_file_that_somebody_removed_is_packed_again() throws IOException {
        Downloads downloads = downloads();
        Download agent = Objects.requireNonNull(downloads.all().get(Downloads.AGENT));
        Files.delete(agent.path());

        assertThat(downloads.all().get(Downloads.AGENT)).isEqualTo(agent);
        assertThat(agent.path()).isRegularFile().hasSize(agent.sizeBytes());
    }

    @Test
    void what_a_former_release_packed_is_removed() throws IOException {
        Download former = get(Downloads.AGENT);
        write(home.resolve("lib/worker.jar"), "another worker");

        Download agent = get(Downloads.AGENT);

        assertThat(agent.sha256()).isNotEqualTo(former.sha256());
        assertThat(former.path()).doesNotExist();
        assertThat(agent.path()).exists();
    }

    @Test
    void the_wheel_is_given_out_where_it_lies() throws IOException {
        Download wheel = get("roundelay-1-py3-none-any.whl");

        assertThat(wheel.path()).isEqualTo(home.resolve("share/roundelay-1-py3-none-any.whl"));
        assertThat(wheel.sha256()).hasSize(64);
    }

    @Test
    void the_script_holds_address_machine_and_checksums() throws IOException {
        Map<String, Download> all = downloads().all();

        String script = JoinScript.of("https://fl.example.org/it's", all);

        assertThat(script)
                .contains("server='https://fl.example.org/it'\\''s'")
                .contains("agent_sha256=" + get(Downloads.AGENT).sha256())
                .contains("runtime_sha256=" + get(Downloads.RUNTIME).sha256())
                .doesNotContain("@SERVER@", "@MACHINE@", "SHA256@");
        assertThat(JoinScript.machine("Linux", "amd64")).isEqualTo("Linux x86_64");
        assertThat(JoinScript.machine("Linux", "aarch64")).isEqualTo("Linux aarch64");
    }

    private Downloads downloads() {
        return new Downloads(new Distribution(home, java), folder.resolve("cache"));
    }

    private Download get(String name) throws IOException {
        return Objects.requireNonNull(downloads().all().get(name), name);
    }

    private static Map<String, String> modes(Download download) throws IOException {
        Map<String, String> modes = new TreeMap<>();
        try (InputStream in = Files.newInputStream(download.path());
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                modes.put(
                        entry.getName(),
                        entry.isSymbolicLink()
                                ? "-> " + entry.getLinkName()
                                : Integer.toOctalString(entry.getMode() & 0777));
            }
        }
        return modes;
    }

    private static void executable(Path file, String text) throws IOException {
        write(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
