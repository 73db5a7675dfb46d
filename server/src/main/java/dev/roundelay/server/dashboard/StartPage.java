package dev.roundelay.server.dashboard;

import java.net.URI;
import java.nio.charset.StandardCharsets;

/// The one HTML page of the dashboard, told under which path of a proxy it lies: the page's script then finds the
/// API, and its files are found from every depth of the address.
final class StartPage {
    private static final String EMPTY_ROOT = "<meta name=\"roundelay-root\" content=\"\"";

    private StartPage() {}

    /// Returns the page.
    ///
    /// @param built     as the build made it, with addresses that begin with `./`
    /// @param publicUrl how browsers reach the server
    static String of(byte[] built, String publicUrl) {
        String root = escape(root(publicUrl));
        return new String(built, StandardCharsets.UTF_8)
                .replace("\"./", "\"" + root + "/")
                .replace(EMPTY_ROOT, "<meta name=\"roundelay-root\" content=\"" + root + "\"");
    }

    /// Returns the path of a URL without a slash at its end.
    private static String root(String publicUrl) {
        String path = URI.create(publicUrl).getRawPath();
        return path == null ? "" : path.replaceAll("/+$", "");
    }

    /// Returns text that is text in HTML, in an attribute too.
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
