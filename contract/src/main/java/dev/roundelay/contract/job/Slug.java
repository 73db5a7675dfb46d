package dev.roundelay.contract.job;

/// The folder name of a job: `jobs/<slug>/`, made of its name in the same way as the published client does.
public final class Slug {
    private Slug() {}

    /// Returns the name stripped and lower-cased, each space a `-`, without all that is neither a letter or digit
    /// (in Unicode's sense) nor `-` nor `_`; `job` when nothing is left.
    public static String of(String name) {
        StringBuilder slug = new StringBuilder();
        name.strip().toLowerCase(java.util.Locale.ROOT).codePoints().forEach(c -> {
            if (c == ' ') {
                slug.append('-');
            } else if (c == '-' || c == '_' || Character.isLetterOrDigit(c)) {
                slug.appendCodePoint(c);
            }
        });
        return slug.isEmpty() ? "job" : slug.toString();
    }
}
