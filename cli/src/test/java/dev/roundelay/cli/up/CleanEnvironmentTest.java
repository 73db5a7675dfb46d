package dev.roundelay.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class CleanEnvironmentTest {
    private static final Map<String, String> SHELL = Map.of(
            "PATH", "/bin",
            "LC_ALL", "C",
            "AWS_SECRET_ACCESS_KEY", "s",
            "RESON_API_KEY", "s",
            "ROUNDELAY_API_KEY", "s",
            "ROUNDELAY_DATABASE_URL", "postgresql://u:p@h/d",
            "ROUNDELAY_INDEX_URL", "https://index",
            "ROUNDELAY_TOKEN", "rwt_s",
            "LD_PRELOAD", "/x.so");

    @Test
    void a_server_sees_its_mirrored_options_and_no_keys_of_clients() {
        assertThat(CleanEnvironment.ofServer(SHELL))
                .containsOnlyKeys("PATH", "LC_ALL", "ROUNDELAY_DATABASE_URL", "ROUNDELAY_INDEX_URL", "ROUNDELAY_TOKEN");
    }

    @Test
    void a_worker_sees_no_secret_at_all() {
        assertThat(CleanEnvironment.ofWorker(SHELL)).containsOnlyKeys("PATH", "LC_ALL", "ROUNDELAY_INDEX_URL");
    }
}
