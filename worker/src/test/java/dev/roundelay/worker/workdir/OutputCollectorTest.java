package dev.roundelay.worker.workdir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputCollectorTest {
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
