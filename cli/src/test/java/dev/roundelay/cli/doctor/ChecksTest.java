package dev.roundelay.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
    @TempDir
    Path folder;

    @Test
    void a_worker_needs_no_ports_and_may_do_without_torch() {
        Checks checks = new Checks(folder, "no-such-python", List.of(8000, 3900));

        List<Finding> findings = checks.ofWorker(false);

        assertThat(findings).extracting(Finding::what).containsExactly("Java", "Python", "torch", "disk");
        assertThat(findings)
                .filteredOn(finding -> !finding.ok())
                .extracting(Finding::what)
                .contains("Python");
        assertThat(findings.get(2).ok()).isTrue();
        assertThat(findings.get(2).found()).contains("requirements.txt");
    }

    @Test
    void sandboxes_are_looked_at_where_they_are_wanted() {
        Checks checks = new Checks(folder, "no-such-python", List.of());

        assertThat(checks.ofWorker(true)).extracting(Finding::what).contains("bubblewrap");
    }
}
