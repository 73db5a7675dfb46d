package dev.roundelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Prints results: lines and tables for people, or JSON for programs.
final class Output {
    private final PrintWriter out;
    private final boolean json;

    Output(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    boolean isJson() {
        return json;
    }

    /// Prints a value as JSON, or else the text for people.
    void show(Object value, Supplier<String> text) {
        if (json) {
            line(write(value));
        } else {
            line(text.get());
        }
    }

    /// Prints a list as `{"items": [...]}`, or else a table.
    void table(List<?> items, List<String> heads, List<List<String>> rows, String none) {
        if (json) {
            line(write(java.util.Map.of("items", items)));
        } else if (rows.isEmpty()) {
            line(none);
        } else {
            columns(heads, rows).forEach(this::line);
        }
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    private static String write(Object value) {
        try {
            return Json.lenient().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records are always JSON", e);
        }
    }

    private static List<String> columns(List<String> heads, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(List.of(heads));
        all.addAll(rows);
        int[] widths = new int[heads.size()];
        all.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        List<String> lines = new ArrayList<>();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
