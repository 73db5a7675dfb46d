package dev.roundelay.contract.requirement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementsTest {
    @Test
    void lines_are_normalised_and_comments_passed_over() {
        assertThat(Requirements.parse("\uFEFFTorch # the usual\n\n# nothing\nSciKit_Learn [Foo, bar]>=1.2 , < 2\n"
                        + "numpy (==1.*) ; python_version < \"3.12\" and (sys_platform == 'linux')\n"))
                .map(Requirement::toString)
                .containsExactly(
                        "torch",
                        "scikit-learn[bar,foo]<2,>=1.2",
                        "numpy==1.* ; python_version < \"3.12\" and (sys_platform == 'linux')");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-r other.txt",
                "-e .",
                "--index-url http://example.org",
                "torch --hash=sha256:00",
                "pkg @ https://example.org/pkg.whl",
                "https://example.org/pkg.whl",
                "./local",
                "../up",
                "a\\b",
                "git+ssh://example.org/x",
                "=1.0",
                "torch==",
                "torch==1.0; nonsense > 3",
                "torch ; python_version",
                "torch>=1.*",
                "torch 1.0",
                "torch ; os_name != 'a\u2028--index-url=x'",
                "torch ; os_name != 'a\u0000'",
                "torch ; os_name != 'a\u000C'"
            })
    void options_urls_paths_and_nonsense_are_refused_with_the_line(String line) {
        assertThatThrownBy(() -> Requirements.parse("numpy\n" + line))
                .isInstanceOf(RequirementException.class)
                .hasMessageStartingWith("[requirements.txt line 2] ");
    }

    @ParameterizedTest
    @CsvSource({
        "torch, 1.13.0a0, true",
        "torch>=1.12, 1.13.0a0, true",
        "torch>=1.13, 1.13.0a0, false",
        "torch==2.15.0, 2.15.0+cu132, true",
        "torch==2.15.0+cpu, 2.15.0+cu132, false",
        "torch~=2.1, 2.15, true",
        "torch~=2.1.0, 2.15, false",
        "torch!=2.*, 2.1, false",
        "torch==2.*, 2.1.post1, true",
        "torch<2, 2.0rc1, false",
        "torch<2, 1.9.9, true",
        "torch>2, 2.0.post1, false",
        "torch>2, 2.0.1, true",
        "torch[opt], 2.0, false",
        "torch===2.0, 2.0, true",
    })
    void installed_versions_satisfy_as_they_do_for_pip(String line, String installed, boolean satisfied) {
        assertThat(Requirements.parse(line).getFirst().isSatisfiedBy(installed)).isEqualTo(satisfied);
    }

    @Test
    void versions_order_by_pep_440() {
        String[] ascending = {
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0a2",
            "1.0b1",
            "1.0rc1",
            "1.0",
            "1.0+local",
            "1.0.post1",
            "1.1.dev1",
            "1.1",
            "1!0.1"
        };
        for (int i = 1; i < ascending.length; i++) {
            assertThat(PackageVersion.find(ascending[i - 1]).orElseThrow())
                    .as("%s < %s", ascending[i - 1], ascending[i])
                    .isLessThan(PackageVersion.find(ascending[i]).orElseThrow());
        }
        assertThat(PackageVersion.find("1.0").orElseThrow())
                .isEqualByComparingTo(PackageVersion.find("1.0.0").orElseThrow());
    }

    @Test
    void markers_are_evaluated_against_the_interpreter() {
        Map<String, String> linux = Map.of("python_version", "3.11", "sys_platform", "linux");

        assertThat(new Marker("python_version < '3.12' and sys_platform == 'linux'").holds(linux))
                .isTrue();
        assertThat(new Marker("python_version < '3.2' or sys_platform not in 'win32 darwin'").holds(linux))
                .isTrue();
        assertThat(new Marker("extra == 'test'").holds(linux)).isFalse();
    }
}
