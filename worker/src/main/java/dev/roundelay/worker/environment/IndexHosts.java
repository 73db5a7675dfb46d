package dev.roundelay.worker.environment;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The hosts that a build may reach: those of its indexes, where these keep their files, and what the operator adds.
final class IndexHosts {
    private static final URI STANDARD = URI.create("https://pypi.org/simple");
    /// Where well-known indexes keep the files that their pages name.
    private static final Map<String, List<String>> FILES = Map.of(
            "pypi.org", List.of("files.pythonhosted.org"),
            "test.pypi.org", List.of("test-files.pythonhosted.org"),
            "download.pytorch.org", List.of("download-r2.pytorch.org"),
            "pypi.nvidia.com", List.of("pypi.download.nvidia.com"));

    private IndexHosts() {}

    /// A host and port.
    ///
    /// @param tls whether `https` is spoken to it, which decides through which proxy it is reached
    record Destination(String host, int port, boolean tls) {
        /// Returns `host:port`, as a proxy is asked for it.
        String name() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    static List<Destination> of(PackageIndex index) {
        if (index.offline()) {
            return List.of();
        }
        Set<Destination> all = new LinkedHashSet<>();
        List<URI> urls = new ArrayList<>(index.extraIndexUrls());
        urls.addFirst(index.indexUrl().orElse(STANDARD));
        for (URI url : urls) {
            Destination own = of(url);
            all.add(own);
            FILES.getOrDefault(own.host(), List.of())
                    .forEach(host -> all.add(new Destination(host, own.port(), own.tls())));
        }
        boolean tls = of(urls.getFirst()).tls();
        index.hosts().forEach(host -> all.addAll(parse(host, tls)));
        return List.copyOf(all);
    }

    private static Destination of(URI url) {
        boolean tls = !"http".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        return new Destination(bare(url.getHost()), port, tls);
    }

    /// Reads `host` (ports 443 and 80) or `host:port`, which is spoken to as the index is.
    private static List<Destination> parse(String text, boolean tls) {
        URI url = URI.create("https://" + text);
        String host = bare(url.getHost());
        return url.getPort() >= 0
                ? List.of(new Destination(host, url.getPort(), tls))
                : List.of(new Destination(host, 443, true), new Destination(host, 80, false));
    }

    private static String bare(String host) {
        return host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
    }
}
