package dev.roundelay.worker.logs;

import java.util.ArrayList;
import java.util.List;

/// Makes what a program wrote into lines that can be stored: split at line ends, no longer than 16 KiB of UTF-8 each.
final class LineCap {
    static final int LONGEST = 16 * 1024;

    private LineCap() {}

    /// Returns the lines of a text, at least one. Of a line overwritten by `\r`, as progress bars do, the last state is
    /// kept.
    static List<String> split(String text) {
        List<String> lines = new ArrayList<>();
        for (String raw : text.split("\n", -1)) {
            cap(lastState(raw).replace('\0', '\uFFFD'), lines);
        }
        if (lines.size() > 1 && lines.getLast().isEmpty()) {
            lines.removeLast();
        }
        return lines;
    }

    private static String lastState(String line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == '\r') {
            end--;
        }
        int start = line.lastIndexOf('\r', end - 1) + 1;
        return line.substring(start, end);
    }

    private static void cap(String line, List<String> lines) {
        if (line.length() <= LONGEST / 3) {
            lines.add(line);
            return;
        }
        int start = 0;
        int bytes = 0;
        int at = 0;
        while (at < line.length()) {
            int codePoint = line.codePointAt(at);
            int width = width(codePoint);
            if (bytes + width > LONGEST) {
                lines.add(line.substring(start, at));
                start = at;
                bytes = 0;
            }
            bytes += width;
            at += Character.charCount(codePoint);
        }
        lines.add(line.substring(start));
    }

    private static int width(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }
}
