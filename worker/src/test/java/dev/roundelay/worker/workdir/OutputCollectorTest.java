package dev.roundelay.worker.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class OutputCollectorTest {
    @TempDir
    Path folder;

    private Path out;

    @BeforeEach
    void makeOut() throws Exception {
        out = Files.createDirectories(folder.resolve("out"));
    }

    @Test
    void plain_files_are_copied_in_the_order_of_their_paths() throws Exception {
        Files.writeString(Files.createDirectories(out.resolve("b")).resolve("two.txt"), "2");
        Files.writeString(out.resolve("a.txt"), "1");

        OutputCollector.Collected collected = collect(1_000);

        assertThat(collected.files())
                .extracting(OutputCollector.OutputFile::path)
                .containsExactly("a.txt", "b/two.txt");
        assertThat(collected.files().getLast().file()).hasContent("2").startsWith(folder.resolve("taken"));
        assertThat(collected.skipped()).isEmpty();
    }

    @Test
    void links_pipes_and_files_with_two_names_are_left_out_and_named() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
        Files.createSymbolicLink(out.resolve("link"), secret);
        Files.createSymbolicLink(out.resolve("folder"), folder);
        Files.createLink(out.resolve("hard"), secret);
        new ProcessBuilder("mkfifo", out.resolve("pipe").toString()).start().waitFor();

        OutputCollector.Collected collected = collect(1_000);

        assertThat(collected.files()).isEmpty();
        assertThat(collected.skipped())
                .extracting(line -> line.split(":")[0])
                .containsExactly("folder", "hard", "link", "pipe");
    }

    @Test
    void what_is_beyond_the_bytes_allowed_is_left_out() throws Exception {
        Files.write(out.resolve("a"), new byte[600]);
        Files.write(out.resolve("b"), new byte[600]);
        Files.write(out.resolve("c"), new byte[300]);

        OutputCollector.Collected collected = collect(1_000);

        assertThat(collected.files())
                .extracting(OutputCollector.OutputFile::path)
                .containsExactly("a", "c");
        assertThat(collected.skipped()).singleElement().asString().startsWith("b: beyond the 1000 bytes");
    }

    @Test
    void names_that_no_key_may_have_are_left_out() throws Exception {
        Files.writeString(out.resolve("new\nline"), "x");
        Files.writeString(out.resolve("back\\slash"), "x");

        assertThat(collect(1_000).files()).isEmpty();
    }

    @Test
    void names_of_any_bytes_are_left_out_or_taken_never_followed() throws Exception {
        python("""
                open(b'\\xff\\xfe', 'w').close(); os.mkdir(b'\\xfd'); open(b'\\xfd/x', 'w').close()
                open('x' * 255, 'w').write('long'); open('..x', 'w').write('dots'); open('-rf', 'w').write('dash')
                open(' ', 'w').write('space'); open('a:b?c*', 'w').write('signs')
                """);

        assertThat(collect(1_000_000).files())
                .extracting(OutputCollector.OutputFile::path)
                .containsExactlyInAnyOrder("x".repeat(255), "..x", "-rf", " ", "a:b?c*");
    }

    @Test
    void sockets_and_folders_without_end_are_left_out_and_named() throws Exception {
        python("""
                import socket; socket.socket(socket.AF_UNIX).bind('socket')
                for _ in range(100): os.mkdir('d'); os.chdir('d')
                """);

        OutputCollector.Collected collected = collect(1_000_000);

        assertThat(collected.files()).isEmpty();
        assertThat(collected.skipped())
                .satisfiesExactly(
                        deep -> assertThat(deep).endsWith("d: folders nested too deeply"),
                        socket -> assertThat(socket).isEqualTo("socket: no plain file with one name"));
    }

    @Test
    void devices_are_left_out() throws Exception {
        Process made = new ProcessBuilder("mknod", out.resolve("null").toString(), "c", "1", "3").start();
        assumeTrue(made.waitFor() == 0, "only root can make device nodes");

        assertThat(collect(1_000).skipped()).containsExactly("null: no plain file with one name");
    }

    @Test
    void what_its_owner_may_not_read_is_taken_all_the_same() throws Exception {
        python("""
                os.makedirs('a/b'); open('a/b/x', 'w').write('x'); os.chmod('a/b/x', 0); os.chmod('a/b', 0); os.chmod('a', 0o111)
                """);

        assertThat(collect(1_000).files())
                .extracting(OutputCollector.OutputFile::path)
                .containsExactly("a/b/x");
    }

    @Test
    void a_link_or_file_in_place_of_the_folder_gives_nothing() throws Exception {
        Path secret = Files.createDirectories(folder.resolve("secret"));
        Files.writeString(secret.resolve("s3cret"), "s3cret");
        Files.delete(out);
        Files.createSymbolicLink(out, secret);
        assertThat(collect(1_000))
                .isEqualTo(new OutputCollector.Collected(List.of(), List.of("out_dir: no folder any more")));

        Files.delete(out);
        Files.writeString(out, "a file");
        assertThat(collect(1_000))
                .isEqualTo(new OutputCollector.Collected(List.of(), List.of("out_dir: no folder any more")));
    }

    /// Whoever goes on writing while files are taken over gets some of its own bytes stored, never a foreign
    /// file's. Hard links are not among these attacks: a sandbox has no foreign file on the file system of its
    /// folder, and the kernel links none of another owner (fs.protected_hardlinks).
    @Test
    void files_that_change_while_they_are_taken_never_lead_outside() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
        Process attacker = start("""
                print('started', flush=True)
                while True:
                    for name in ('a', 'd/a'):
                        try:
                            os.makedirs('d', exist_ok=True)
                            f = open(name, 'w'); f.write('own' * 100); f.close(); os.truncate(name, 10); os.truncate(name, 100_000)
                            os.unlink(name); os.symlink('SECRET', name); os.unlink(name); os.mkfifo(name); os.unlink(name)
                        except OSError: pass
                        try: os.unlink(name)
                        except OSError: pass
                    try: os.rename('d', 'e'); os.symlink('FOLDER', 'd'); os.unlink('d'); os.rename('e', 'd')
                    except OSError: pass
                """.replace("SECRET", secret.toString()).replace("FOLDER", folder.toString()));
        try {
            assertThat(attacker.inputReader().readLine()).isEqualTo("started");
            for (int i = 0; i < 300; i++) {
                Path target = folder.resolve("taken" + i);
                for (OutputCollector.OutputFile file :
                        OutputCollector.ofBytes(1_000_000).collect(out, target).files()) {
                    assertThat(file.path()).isIn("a", "d/a", "e/a");
                    assertThat(file.file()).content(StandardCharsets.ISO_8859_1).doesNotContain("s3cret");
                }
            }
        } finally {
            attacker.destroyForcibly().waitFor();
        }
    }

    private void python(String code) throws Exception {
        assertThat(start(code).waitFor()).isZero();
    }

    private Process start(String code) throws IOException {
        return new ProcessBuilder("/usr/bin/python3", "-c", "import os\n" + code)
                .directory(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void an_absent_folder_has_nothing() throws Exception {
        assertThat(new OutputCollector(5, 5)
                        .collect(folder.resolve("absent"), folder.resolve("taken"))
                        .files())
                .isEmpty();
    }

    @Test
    void a_name_cannot_lead_out_of_the_folder() {
        UntrustedFolder untrusted = new UntrustedFolder(out);

        assertThatThrownBy(() -> untrusted.copy("../secret", folder.resolve("copy"), 10))
                .isInstanceOf(WorkdirException.class);
        assertThatThrownBy(() -> untrusted.copy("absent/x", folder.resolve("copy"), 10))
                .isInstanceOf(NoSuchFileException.class);
    }

    private OutputCollector.Collected collect(long bytes) throws Exception {
        return OutputCollector.ofBytes(bytes).collect(out, folder.resolve("taken"));
    }
}
