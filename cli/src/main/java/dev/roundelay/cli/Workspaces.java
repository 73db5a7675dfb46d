package dev.roundelay.cli;

import dev.roundelay.sdk.WorkspaceUpload;
import java.nio.file.Files;
import java.nio.file.Path;

/// Makes of a command line what is uploaded and submitted.
///
/// @param client says what is wrong
record Workspaces(ClientOptions client) {
    /// Complains about code that is not there.
    void requireCode(Path code) {
        if (!Files.exists(code)) {
            throw client.wrong("[" + code + "] there is no such file or folder");
        }
    }

    /// Returns the code with all that the options say.
    WorkspaceUpload of(Path code, SubmitOptions options) {
        WorkspaceUpload.Builder builder = WorkspaceUpload.of(code, name(code, options))
                .model(options.model())
                .training(options.training())
                .federation(options.federation())
                .selection(options.selection())
                .shards(options.shards)
                .dataset(options.dataset)
                .requirements(options.requirements)
                .checkpoint(options.checkpoint)
                .priority(options.priority);
        options.assets.forEach(builder::asset);
        return builder.build();
    }

    private static String name(Path code, SubmitOptions options) {
        if (options.name != null) {
            return options.name;
        }
        Path last = code.toAbsolutePath().normalize().getFileName();
        return last == null ? "job" : last.toString().replaceFirst("\\.py$", "");
    }
}
