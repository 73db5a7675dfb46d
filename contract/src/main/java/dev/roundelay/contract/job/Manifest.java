package dev.roundelay.contract.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What will be uploaded for a job, told before it is: a preflight that has it judges these files, not the bucket's.
///
/// @param files        every object of the job
/// @param requirements text of the requirements file; null if there is none
/// @param python       version of the Python that submits, such as `3.11.2`; null if none does
public record Manifest(
        List<File> files,
        @Nullable String requirements,
        @Nullable String python) {
    public Manifest {
        files = files == null ? List.of() : List.copyOf(files);
    }

    /// One object.
    ///
    /// @param key           as the specification's prefixes name it
    /// @param unpackedBytes of a zip, what its directory says; null if unknown
    public record File(String key, long sizeBytes, @Nullable Long unpackedBytes) {}
}
