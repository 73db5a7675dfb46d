package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Manifest;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of a manifest, sorted by what they are for.
///
/// @param scripts    paths below the scripts prefix
/// @param shards     the shards
/// @param assetBytes bytes of all assets
/// @param modelBytes bytes of the warm start, 0 for none
record Announced(List<String> scripts, List<Manifest.File> shards, long assetBytes, long modelBytes) {
    Announced {
        scripts = List.copyOf(scripts);
        shards = List.copyOf(shards);
    }

    static Announced of(JobSpec spec, Manifest manifest) {
        return new Announced(
                under(spec.scripts(), manifest)
                        .map(file -> path(spec.scripts(), file))
                        .toList(),
                spec.shards() == null
                        ? List.of()
                        : under(spec.shards(), manifest)
                                .filter(file -> JobInputs.isShard(path(spec.shards(), file)))
                                .toList(),
                under(spec.assets(), manifest)
                        .mapToLong(Manifest.File::sizeBytes)
                        .sum(),
                manifest.files().stream()
                        .filter(file -> spec.checkpoint() != null
                                && JobInputs.plain(file.key()).equals(JobInputs.plain(spec.checkpoint())))
                        .mapToLong(Manifest.File::sizeBytes)
                        .sum());
    }

    private static Stream<Manifest.File> under(@Nullable String prefix, Manifest manifest) {
        return prefix == null
                ? Stream.empty()
                : manifest.files().stream()
                        .filter(file -> JobInputs.plain(file.key()).startsWith(JobInputs.folder(prefix)));
    }

    private static String path(String prefix, Manifest.File file) {
        return JobInputs.plain(file.key()).substring(JobInputs.folder(prefix).length());
    }
}
