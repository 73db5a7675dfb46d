package dev.roundelay.storage;

import java.util.regex.Pattern;

/// Name of a set of references that keeps blobs alive whatever happens to the keys, chosen by its owner, for example
/// `job_7/code`, `job_7/shards`, `job_7/models`. Sets are released separately.
public record SnapshotId(String value) {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}");

    public SnapshotId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "[snapshot '%s'] has characters that an id must not have".formatted(value));
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
