package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class VersionTest {
    @Test
    void the_program_tells_its_release() {
        StringWriter out = new StringWriter();

        int code = new CommandLine(new Main()).setOut(new PrintWriter(out)).execute("--version");

        assertThat(code).isZero();
        assertThat(out.toString()).startsWith("roundelay ").hasLineCount(1);
    }
}
