package dev.roundelay.server.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.NvflareCode;
import dev.roundelay.fuzz.DecoderFuzz;
import dev.roundelay.server.jobs.NvflareClasses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The two configurations of an NVFlare workspace, with a NUL between them: what is read names no class that is not
/// run,
/// and can be stored.
class WorkspaceFuzzTest extends DecoderFuzz {
    private final WorkspaceParser parser = new WorkspaceParser();

    @Override
    protected List<byte[]> samples() throws IOException {
        List<byte[]> samples = new ArrayList<>();
        for (String name : List.of("defaults", "tuned", "quantized", "own_executor", "own_persistor")) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(bytes(name + "_client.json"));
            both.write(0);
            both.writeBytes(bytes(name + "_server.json"));
            samples.add(both.toByteArray());
        }
        return samples;
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(WorkspaceFuzzTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    @Override
    protected Outcome decode(byte[] input) throws IOException {
        int end = 0;
        while (end < input.length && input[end] != 0) {
            end++;
        }
        Workspace workspace;
        try {
            workspace = parser.parse(
                    Arrays.copyOf(input, end),
                    Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length));
        } catch (WorkspaceException e) {
            assertThat(e.getMessage()).startsWith("[").contains("; ");
            return Outcome.REFUSED;
        }
        requireKnown(workspace.model().nvflare());
        requireStorable(workspace.model(), JobSpec.Model.class);
        requireStorable(workspace.training(), JobSpec.Training.class);
        requireStorable(workspace.federation(), JobSpec.Federation.class);
        return Outcome.READ;
    }

    private static void requireKnown(@org.jspecify.annotations.Nullable NvflareCode code) {
        if (code == null) {
            return;
        }
        if (code.executor() != null) {
            assertThat(NvflareClasses.isOwn(code.executor().path())).isTrue();
        }
        if (code.persistor() != null) {
            assertThat(NvflareClasses.isOwn(code.persistor().path())).isTrue();
        }
        assertThat(code.dataFilters()).allMatch(filter -> NvflareClasses.isFilter(filter.path()));
        assertThat(code.resultFilters()).allMatch(filter -> NvflareClasses.isFilter(filter.path()));
    }

    private static void requireStorable(Object part, Class<?> type) throws IOException {
        String json = Json.strict().writeValueAsString(part);
        assertThat(Json.strict().writeValueAsString(Json.strict().readValue(json, type)))
                .isEqualTo(json);
    }
}
