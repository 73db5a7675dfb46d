package dev.roundelay.contract.requirement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.fuzz.DecoderFuzz;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is read is handed to pip line by line: each line means the same again, and is no option, path or address.
class RequirementsFuzzTest extends DecoderFuzz {
    private static final Map<String, String> PYTHON =
            Map.of("python_version", "3.12", "sys_platform", "linux", "platform_machine", "x86_64");

    @Override
    protected List<byte[]> samples() {
        return Stream.of(
                        "numpy>=1.26\n# a comment\nscikit-learn==1.5.*  # why\n\ntorch[cpu,extra]~=2.1,!=2.1.3\n",
                        "a ; python_version < \"3.12\" and (sys_platform == 'linux' or os_name != \"nt\")",
                        "b===1.0+local.7 ; \"x\" not in platform_release",
                        "c (>=1!2.0rc1.post2.dev3)",
                        "\uFEFFd")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    protected Outcome decode(byte[] input) {
        List<Requirement> requirements;
        try {
            requirements = Requirements.parse(new String(input, StandardCharsets.UTF_8));
        } catch (RequirementException e) {
            assertThat(e.getMessage()).startsWith("[requirements.txt line ");
            return Outcome.REFUSED;
        }
        for (Requirement requirement : requirements) {
            requireSafe(requirement);
            requirement.applies(PYTHON);
            requirement.isSatisfiedBy("1.26.4");
            requirement.isSatisfiedBy("1!2.0rc1+local");
        }
        return Outcome.READ;
    }

    private static void requireSafe(Requirement requirement) {
        String line = requirement.toString();
        assertThat(requirement.name()).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
        assertThat(line).doesNotStartWith("-");
        // Python ends a line at more characters than Java, and a database keeps no NUL.
        assertThat(line.codePoints())
                .noneMatch(c -> Character.isISOControl(c) && c != '\t' || c == 0x2028 || c == 0x2029);
        assertThat(line.split(";", 2)[0]).doesNotContain("@", "/", "\\", "#");
        try {
            List<Requirement> again = Requirements.parse(line);
            assertThat(again).hasSize(1);
            assertThat(again.getFirst()).hasToString(line);
        } catch (RequirementException e) {
            throw new AssertionError("`" + line + "` was read, and is refused when it is read again", e);
        }
    }
}
