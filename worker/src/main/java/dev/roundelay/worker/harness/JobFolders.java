package dev.roundelay.worker.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The folders of one assignment on the host. The agent fills the read-only ones before the harness starts.
///
/// @param root the assignment's own folder, absolute
public record JobFolders(Path root) {
    public JobFolders {
        root = root.toAbsolutePath().normalize();
    }

    /// Returns the user's modules; read-only inside.
    public Path scripts() {
        return root.resolve("scripts");
    }

    /// Returns the read-only files that came along with the job.
    public Path assets() {
        return root.resolve("assets");
    }

    /// Returns the unpacked shard; read-only inside, `/app/payload`.
    public Path payload() {
        return root.resolve("payload");
    }

    /// Returns where global models and the warm start lie; read-only inside.
    public Path models() {
        return root.resolve("models");
    }

    /// Returns the warm start, if there is one.
    public Path warmStart() {
        return models().resolve("warm-start.pt");
    }

    /// Returns where the harness leaves weights for the agent.
    public Path exchange() {
        return root.resolve("exchange");
    }

    /// Returns the parent of each round's `out_dir`.
    public Path out() {
        return root.resolve("out");
    }

    /// Returns `out_dir` of a round.
    public Path out(int round) {
        return out().resolve("round_" + round);
    }

    /// Returns the agent's own folder: files taken over from the harness lie here.
    public Path collected() {
        return root.resolve("collected");
    }

    /// Makes all of them.
    public JobFolders create() throws IOException {
        for (Path folder : new Path[] {scripts(), assets(), payload(), models(), exchange(), out(), collected()}) {
            Files.createDirectories(folder);
        }
        return this;
    }
}
