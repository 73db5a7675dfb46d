package dev.roundelay.federation.output;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Lines of comma-separated values (RFC 4180, but lines end in a plain newline).
final class Csv {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private Csv() {}

    static String line(List<String> cells) {
        return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\n"));
    }

    /// Quotes where needed; a text that a spreadsheet would run as a formula gets an apostrophe in front.
    static String cell(String text) {
        String safe = isFormula(text) ? "'" + text : text;
        boolean quote = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }

    private static boolean isFormula(String text) {
        return !text.isEmpty()
                && "=+-@".indexOf(text.charAt(0)) >= 0
                && !NUMBER.matcher(text).matches();
    }
}
