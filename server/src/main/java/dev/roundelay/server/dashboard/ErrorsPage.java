package dev.roundelay.server.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `docs/errors.md` as a page of its own, so that `failure.helpUrl` leads to the section of its reason on every server,
/// also on one without the internet. The page is generated and knows headings, paragraphs and code alone.
final class ErrorsPage {
    /// Nothing runs, nothing is fetched; the page carries its few rules of style itself.
    static final String POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Errors · Roundelay</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
            h2 { font: 600 1.1rem ui-monospace, monospace; margin: 2rem 0 0.25rem; overflow-wrap: anywhere; }
            h2:target { outline: 2px solid; outline-offset: 0.3rem; scroll-margin-top: 1rem; }
            p { margin: 0.25rem 0; }
            code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
            </style>
            </head>
            <body>
            <main>
            """;

    private ErrorsPage() {}

    /// Returns the page of this build.
    static byte[] built() {
        try (InputStream in = Objects.requireNonNull(
                ErrorsPage.class.getResourceAsStream("errors.md"), "the build puts errors.md beside this class")) {
            return of(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("[errors.md] it cannot be read; build again", e);
        }
    }

    /// Returns the text as HTML.
    static String of(String markdown) {
        StringBuilder page = new StringBuilder(HEAD);
        for (String line : markdown.split("\n")) {
            if (line.startsWith("## ")) {
                String name = line.substring(3);
                page.append("<h2 id=\"")
                        .append(anchor(name))
                        .append("\">")
                        .append(text(name))
                        .append("</h2>\n");
            } else if (line.startsWith("# ")) {
                page.append("<h1>").append(text(line.substring(2))).append("</h1>\n");
            } else if (!line.isBlank()) {
                page.append("<p>").append(text(line)).append("</p>\n");
            }
        }
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    /// As the sites that show such files make it: `not_found (404)` is at `not_found-404`.
    private static String anchor(String name) {
        return name.replaceAll("[^\\w -]", "").replace(' ', '-');
    }

    private static String text(String line) {
        Matcher code = CODE.matcher(StartPage.escape(line));
        return code.replaceAll("<code>$1</code>");
    }
}
