package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.storage.SnapshotEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of a job's snapshot, sorted by what they are for. Derived from the specification and the snapshot
/// each time, so that nothing can disagree with them.
///
/// @param scripts      every file under the scripts prefix
/// @param assets       every file under the assets prefix
/// @param shards       the zips directly under the shards prefix, in natural order: index i is shard i
/// @param requirements the requirements file
/// @param checkpoint   the warm start
public record JobInputs(
        List<File> scripts,
        List<File> assets,
        List<File> shards,
        Optional<File> requirements,
        Optional<File> checkpoint) {
    public JobInputs {
        scripts = List.copyOf(scripts);
        assets = List.copyOf(assets);
        shards = List.copyOf(shards);
    }

    /// One file.
    ///
    /// @param path relative to the prefix of its kind
    public record File(String path, SnapshotEntry entry) {}

    /// Returns the prefixes that a snapshot for this specification must cover.
    public static List<String> prefixes(JobSpec spec) {
        List<String> prefixes = new ArrayList<>();
        prefixes.add(folder(spec.scripts()));
        add(prefixes, spec.assets());
        add(prefixes, spec.shards());
        return List.copyOf(prefixes);
    }

    /// Returns the single keys that a snapshot for this specification must cover.
    public static List<String> keys(JobSpec spec) {
        List<String> keys = new ArrayList<>();
        if (spec.requirements() != null) {
            keys.add(plain(spec.requirements()));
        }
        if (spec.checkpoint() != null) {
            keys.add(plain(spec.checkpoint()));
        }
        return List.copyOf(keys);
    }

    /// Sorts the entries of a snapshot.
    public static JobInputs of(JobSpec spec, List<SnapshotEntry> entries) {
        List<File> shards = under(spec.shards(), entries).stream()
                .filter(file -> isShard(file.path()))
                .sorted(Comparator.comparing(File::path, NaturalOrder.INSTANCE))
                .toList();
        return new JobInputs(
                under(spec.scripts(), entries),
                under(spec.assets(), entries),
                shards,
                at(spec.requirements(), entries),
                at(spec.checkpoint(), entries));
    }

    /// Returns whether a path below the shards prefix is a shard.
    static boolean isShard(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith(".zip") && path.indexOf('/') < 0;
    }

    /// Returns what a job lets go when it has ended: shards and warm start.
    Stream<SnapshotEntry> passing() {
        return Stream.concat(shards.stream(), checkpoint.stream()).map(File::entry);
    }

    private static List<File> under(@Nullable String prefix, List<SnapshotEntry> entries) {
        if (prefix == null) {
            return List.of();
        }
        String folder = folder(prefix);
        return entries.stream()
                .filter(entry -> entry.key().value().startsWith(folder))
                .map(entry -> new File(entry.key().value().substring(folder.length()), entry))
                .filter(file -> !file.path().isEmpty() && !file.path().endsWith("/"))
                .toList();
    }

    private static Optional<File> at(@Nullable String key, List<SnapshotEntry> entries) {
        if (key == null) {
            return Optional.empty();
        }
        String wanted = plain(key);
        return entries.stream()
                .filter(entry -> entry.key().value().equals(wanted))
                .map(entry -> new File(wanted.substring(wanted.lastIndexOf('/') + 1), entry))
                .findFirst();
    }

    private static void add(List<String> prefixes, @Nullable String prefix) {
        if (prefix != null) {
            prefixes.add(folder(prefix));
        }
    }

    /// Prefixes of the published client begin with a slash and have none at the end; ours may be written either
    /// way.
    static String folder(String prefix) {
        String plain = plain(prefix);
        return plain.endsWith("/") ? plain : plain + "/";
    }

    static String plain(String key) {
        return key.startsWith("/") ? key.substring(1) : key;
    }
}
