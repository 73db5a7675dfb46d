package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Page;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Preflight;
import dev.roundelay.contract.worker.GpuCatalogEntry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A client of one Roundelay server; safe for several threads. Close it after use.
///
/// ```java
/// try (var roundelay = Roundelay.builder().build()) {
///     var job = roundelay.jobs().get("job_...");
/// }
/// ```
///
/// There is no method that waits for a job: ask now and then with `jobs().get(id)`, or open its dashboard page.
public final class Roundelay implements AutoCloseable {
    private final Settings settings;
    private final Transport transport;
    private final Jobs jobs;
    private final Files files;
    private final Workers workers;

    private Roundelay(Settings settings, Builder builder) {
        this.settings = settings;
        this.transport = new Transport(
                settings.urls(),
                Map.of("Authorization", "Bearer " + settings.apiKey(), "User-Agent", "roundelay-java"),
                builder.maxRetries,
                builder.timeout,
                builder.pause,
                builder.trust());
        this.jobs = new Jobs(transport);
        UploadNotes notes = new UploadNotes(builder.home.resolve(".cache/roundelay/uploads"), url());
        this.files = new Files(transport, new PartUploads(transport, notes));
        this.workers = new Workers(transport);
    }

    /// Returns a builder; URL and key come from it, else from ROUNDELAY_URL and ROUNDELAY_API_KEY (or RESON_BASE_URL
    /// and
    /// RESON_API_KEY), else from the profile that `roundelay login` wrote.
    public static Builder builder() {
        return new Builder();
    }

    /// Returns the server's URL, the first one if there are several.
    public String url() {
        return settings.urls().getFirst();
    }

    /// Returns the calls about jobs.
    public Jobs jobs() {
        return jobs;
    }

    /// Returns the calls about the caller's bucket.
    public Files files() {
        return files;
    }

    /// Returns the calls about workers.
    public Workers workers() {
        return workers;
    }

    /// Reads the GPU models that a selection may name, with how many are online and free.
    public List<GpuCatalogEntry> gpuCatalog() {
        return transport
                .json(Call.of("GET", "/gpu-catalog"), new TypeReference<Page<GpuCatalogEntry>>() {})
                .items();
    }

    /// Checks a job as submit would; nothing is sent but names and sizes, and nothing is created.
    public Preflight preflight(WorkspaceUpload workspace) {
        return jobs.preflight(workspace.spec(), workspace.manifest());
    }

    /// Makes `jobs/<slug>/` in the bucket equal to the workspace and submits the job.
    ///
    /// @return the job as accepted
    /// @throws ConflictException with code `slug_in_use`, while another job of that name is live
    public JobView submit(WorkspaceUpload workspace) {
        return submit(workspace, Progress.NONE);
    }

    /// Like [#submit(WorkspaceUpload)], and tells how far the uploads are.
    public JobView submit(WorkspaceUpload workspace, Progress progress) {
        return new Submitter(jobs, files).submit(workspace, progress);
    }

    @Override
    public void close() {
        transport.close();
    }

    static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// What a client needs; everything may be left out.
    public static final class Builder {
        private @Nullable String url;
        private @Nullable String apiKey;
        private boolean allowHttp;
        private @Nullable Path authority;
        private int maxRetries = 6;
        private Duration timeout = Duration.ofSeconds(60);
        private Map<String, String> environment = System.getenv();
        private Path home = Path.of(System.getProperty("user.home"));
        private Pause pause = Thread::sleep;

        private Builder() {}

        /// Sets the server, or several of one installation with commas.
        public Builder url(@Nullable String value) {
            url = value;
            return this;
        }

        /// Sets the key, `rsk_live_...`.
        public Builder apiKey(@Nullable String value) {
            apiKey = value;
            return this;
        }

        /// Allows that the key goes over plain HTTP to another machine.
        public Builder allowHttp(boolean value) {
            allowHttp = value;
            return this;
        }

        /// Sets the authority of the server's certificate, a PEM file: it alone is trusted then. Else it is what
        /// ROUNDELAY_CACERT names, else those of this Java.
        public Builder cacert(@Nullable Path value) {
            authority = value;
            return this;
        }

        /// Sets how often a request that may be repeated is repeated (6; 10 bridge a restart of the server).
        public Builder maxRetries(int value) {
            maxRetries = value;
            return this;
        }

        /// Sets how long to wait for the answer to one request (60 s).
        public Builder timeout(Duration value) {
            timeout = value;
            return this;
        }

        /// Replaces the process's environment.
        public Builder environment(Map<String, String> value) {
            environment = Map.copyOf(value);
            return this;
        }

        /// Replaces the home folder, where profile and notes of open uploads lie.
        public Builder home(Path value) {
            home = value;
            return this;
        }

        private @Nullable SSLContext trust() {
            String named = environment.get("ROUNDELAY_CACERT");
            Path file = authority == null && named != null && !named.isBlank() ? Path.of(named) : authority;
            return file == null ? null : Authority.trusting(file);
        }

        Builder pause(Pause value) {
            pause = value;
            return this;
        }

        /// Builds the client; makes no request.
        ///
        /// @throws ConfigurationException if URL or key are missing or malformed
        public Roundelay build() {
            return new Roundelay(Settings.resolve(url, apiKey, allowHttp, environment, Profile.path(home)), this);
        }

        /// Signs in with e-mail and password; for what an API key may not do.
        ///
        /// @throws AuthException if they are wrong
        public Session signIn(String email, String password) {
            List<String> urls = Settings.resolveUrls(url, allowHttp, environment, Profile.path(home));
            return Session.open(urls, email, password, timeout, pause, trust());
        }
    }
}
