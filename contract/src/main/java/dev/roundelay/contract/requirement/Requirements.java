package dev.roundelay.contract.requirement;

import java.util.ArrayList;
import java.util.List;

/// Reads requirements.txt as jobs may have it: one name with versions, extras and markers a line.
public final class Requirements {
    private static final int MAX_LINES = 500;
    private static final int MAX_LINE = 1_000;

    private Requirements() {}

    /// Returns the requirements of a file; comments and empty lines are passed over.
    ///
    /// @throws RequirementException that names the first line which is refused
    public static List<Requirement> parse(String text) {
        return parse(text.lines().toList());
    }

    /// Returns the requirements of lines.
    ///
    /// @throws RequirementException that names the first line which is refused
    public static List<Requirement> parse(List<String> lines) {
        List<Requirement> requirements = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String where = "[requirements.txt line " + (i + 1) + "] ";
            String line = lines.get(i)
                    .replaceFirst("^\\uFEFF", "")
                    .replaceFirst("(^|\\s)#.*$", "")
                    .strip();
            if (i >= MAX_LINES || line.length() > MAX_LINE) {
                throw new RequirementException(where + "the file is too long; keep to what the code imports");
            }
            if (line.codePoints().anyMatch(Requirements::breaksLines)) {
                throw new RequirementException(where + "holds a control character or line separator; remove it");
            }
            if (!line.isEmpty()) {
                requirements.add(parse(line, where));
            }
        }
        return requirements;
    }

    // Python ends a line at more characters than Java; NUL can neither be stored nor handed to a program.
    private static boolean breaksLines(int c) {
        return Character.isISOControl(c) && c != '\t' || c == 0x2028 || c == 0x2029;
    }

    private static Requirement parse(String line, String where) {
        if (line.startsWith("-")) {
            throw new RequirementException(where + "`" + line + "` is an option; only names and versions are allowed");
        }
        String head = line.split(";", 2)[0];
        if (head.contains("@") || head.contains("/") || head.contains("\\") || head.contains("://")) {
            throw new RequirementException(
                    where + "`" + line + "` is a URL or path; only names and versions are allowed");
        }
        try {
            return Requirement.parse(line);
        } catch (IllegalArgumentException e) {
            throw new RequirementException(where + e.getMessage() + "; write it as in `numpy>=1.26`");
        }
    }
}
