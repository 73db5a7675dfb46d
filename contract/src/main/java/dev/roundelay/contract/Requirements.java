package dev.roundelay.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The lines of a `requirements.txt` that jobs may have: names, extras, versions and markers (PEP 508), nothing that
/// names
/// an address, a path, another file or an option.
///
/// @param lines normalised: names in lower case with `-`, no comments, no doubles, in order of first appearance
public record Requirements(List<String> lines) {
    private static final Pattern LINE = Pattern.compile(
            "([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)" // name
                    + "\\s*(\\[[A-Za-z0-9._\\-,\\s]*])?" // extras
                    + "\\s*(\\(?(?:(?:===|~=|==|!=|<=|>=|<|>)\\s*[A-Za-z0-9.*+!_-]+\\s*,?\\s*)*\\)?)" // versions
                    + "\\s*(;.*)?"); // markers
    private static final Pattern MARKER = Pattern.compile(
            ";[A-Za-z0-9_\\s'\"().<>=!~*+,-]*(?:\\b(?:and|or|in|not)\\b[A-Za-z0-9_\\s'\"().<>=!~*+,-]*)*");
    private static final int MAX_LINES = 1_000;

    public Requirements {
        lines = List.copyOf(lines);
    }

    /// A line that is refused, with its number and what to do.
    public static final class RefusedLineException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedLineException(int number, String line, String what) {
            super("[requirements.txt, line %d] \"%s\" %s; use names, version pins, extras and markers only"
                    .formatted(number, shorten(line), what));
        }

        private static String shorten(String line) {
            String shown = line.replaceAll("\\p{Cntrl}", "?");
            return shown.length() <= 100 ? shown : shown.substring(0, 100) + "…";
        }
    }

    /// Returns the requirements of a file's text.
    ///
    /// @throws RefusedLineException for the first line that is none
    public static Requirements parse(String text) {
        List<String> lines = new ArrayList<>();
        int number = 0;
        for (String raw : text.split("\\R", -1)) {
            number++;
            String line = withoutComment(raw);
            if (line.isEmpty()) {
                continue;
            }
            String normalised = normalised(number, line);
            if (!lines.contains(normalised)) {
                lines.add(normalised);
            }
            if (lines.size() > MAX_LINES) {
                throw new RefusedLineException(
                        number, line, "is one line more than the %,d allowed".formatted(MAX_LINES));
            }
        }
        return new Requirements(lines);
    }

    private static String withoutComment(String raw) {
        String line = raw.startsWith("\uFEFF") ? raw.substring(1) : raw;
        if (line.stripLeading().startsWith("#")) {
            return "";
        }
        int comment = line.indexOf(" #");
        return (comment < 0 ? line : line.substring(0, comment)).strip();
    }

    private static String normalised(int number, String line) {
        if (line.startsWith("-")) {
            throw new RefusedLineException(number, line, "is an option");
        }
        if (line.contains("://") || line.contains(" @ ") || line.matches("[A-Za-z0-9._-]+@.*")) {
            throw new RefusedLineException(number, line, "names an address");
        }
        if (line.endsWith("\\")) {
            throw new RefusedLineException(number, line, "goes on in the next line");
        }
        if (line.startsWith(".") || line.startsWith("/") || line.contains("/") || line.endsWith(".whl")) {
            throw new RefusedLineException(number, line, "names a path");
        }
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new RefusedLineException(number, line, "is no requirement");
        }
        String marker = matcher.group(4) == null ? "" : matcher.group(4).strip();
        if (!marker.isEmpty() && !MARKER.matcher(marker).matches()) {
            throw new RefusedLineException(number, line, "has a marker that is not understood");
        }
        String name = matcher.group(1).toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
        String extras = matcher.group(2) == null ? "" : matcher.group(2).replaceAll("\\s", "");
        String versions = matcher.group(3).replaceAll("[\\s()]", "");
        return name
                + extras
                + (versions.endsWith(",") ? versions.substring(0, versions.length() - 1) : versions)
                + (marker.isEmpty() ? "" : " " + marker);
    }
}
