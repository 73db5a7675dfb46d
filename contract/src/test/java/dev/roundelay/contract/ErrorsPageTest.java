package dev.roundelay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Keeps `docs/errors.md` in step with the two catalogues. `-Dregenerate=true` rewrites it.
class ErrorsPageTest {
    private static final Path PAGE = Path.of("../docs/errors.md");
    private static final Path CODES = Path.of("src/main/java/dev/roundelay/contract/ErrorCode.java");
    private static final Path REASONS = Path.of("src/main/java/dev/roundelay/contract/FailureReason.java");

    @Test
    void the_page_has_a_section_for_each_code_and_reason() throws IOException {
        String page = page();
        if (Boolean.getBoolean("regenerate")) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE))
                .as("docs/errors.md is out of step; run this test with -Dregenerate=true")
                .isEqualTo(page);
    }

    @Test
    void wire_names_are_lower_snake_case_and_unique() {
        assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::toString))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(_[a-z]+)*"));
        assertThat(Arrays.stream(FailureReason.values()).map(FailureReason::toString))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z]+(_[a-z]+)*"));
    }

    @Test
    void an_unknown_reason_of_a_newer_worker_reads_as_internal() {
        assertThat(FailureReason.parse("train_raised")).isEqualTo(FailureReason.TRAIN_RAISED);
        assertThat(FailureReason.parse("moon_phase")).isEqualTo(FailureReason.INTERNAL);
    }

    private static String page() throws IOException {
        String codes = Files.readString(CODES);
        String reasons = Files.readString(REASONS);
        StringBuilder page = new StringBuilder("""
                # Errors

                Generated from `ErrorCode` and `FailureReason` in `contract`; change those, not this page. A message has the form `[where] what happened; what to do`.

                # Why a job fails

                `failure` of a FAILED job has the reason, the message, the remedy, the site and the last lines of that site's log.
                """);
        for (FailureReason reason : FailureReason.values()) {
            page.append("\n## ").append(reason).append("\n\n").append(sentence(reasons, reason.name()));
            page.append("\n\nFault of: ").append(reason.category());
            page.append(reason.isRetriable() ? "; another worker is tried first.\n\n" : ".\n\n");
            page.append("What to do: ").append(reason.remedy()).append(".\n");
        }
        page.append("\n# What the API answers\n\n");
        page.append("`application/problem+json` with `code`, `message`, `hint`, `requestId`, `details`.\n");
        for (ErrorCode code : ErrorCode.values()) {
            // A code may be called like a reason: links to the page mean the reason.
            page.append("\n## ").append(code).append(" (").append(code.status()).append(")\n\n");
            page.append(sentence(codes, code.name()))
                    .append("\n\nWhat to do: ")
                    .append(code.hint())
                    .append('\n');
        }
        return page.toString();
    }

    /// Returns the doc comment of a constant, so that the words stand once.
    private static String sentence(String source, String constant) {
        String[] lines = source.split("\n");
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].startsWith("    " + constant + "(")
                    && lines[i - 1].strip().startsWith("///")) {
                return lines[i - 1].strip().substring(3).strip();
            }
        }
        throw new AssertionError(constant + " has no sentence above it");
    }
}
