package dev.roundelay.server.files;

import java.util.Locale;
import java.util.Set;

/// Under which type an object is given out: plain text or bytes to be saved, nothing that a browser would run.
public final class FileTypes {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String BYTES = "application/octet-stream";

    private static final Set<String> TEXT_ENDINGS = Set.of(
            "txt", "log", "csv", "tsv", "json", "jsonl", "py", "md", "rst", "yaml", "yml", "toml", "ini", "cfg", "conf",
            "xml", "html", "css", "js", "ts", "sh", "ipynb", "svg");
    private static final Set<String> TEXT_TYPES =
            Set.of("application/json", "application/yaml", "application/toml", "application/xml");

    private FileTypes() {}

    static boolean isText(String key, String contentType) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (type.startsWith("text/") || TEXT_TYPES.contains(type)) {
            return true;
        }
        String name = key.substring(key.lastIndexOf('/') + 1);
        return TEXT_ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    /// Returns the value of Content-Disposition that saves an object under the last part of its key.
    public static String attachment(String key) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        StringBuilder ascii = new StringBuilder();
        name.chars().forEach(c -> ascii.append(c >= ' ' && c < 127 && c != '"' && c != '\\' ? (char) c : '_'));
        return "attachment; filename=\"%s\"".formatted(ascii);
    }
}
