package dev.roundelay.storage;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The If-Match and If-None-Match conditions of a write, decided in the same transaction as the write.
///
/// @param ifMatch     tags one of which the present object must have, or `*` for any object; empty for no condition
/// @param ifNoneMatch tags that the present object must not have, or `*` for no object at all; empty for no condition
public record Precondition(Set<String> ifMatch, Set<String> ifNoneMatch) {
    public static final Precondition NONE = new Precondition(Set.of(), Set.of());
    public static final Precondition ABSENT = new Precondition(Set.of(), Set.of("*"));

    private static final String ANY = "*";

    public Precondition {
        ifMatch = Set.copyOf(ifMatch);
        ifNoneMatch = Set.copyOf(ifNoneMatch);
    }

    public static Precondition matches(ETag etag) {
        return new Precondition(Set.of(etag.value()), Set.of());
    }

    /// Reads the two headers, either of which may be absent.
    public static Precondition parse(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
        return new Precondition(tags(ifMatch), tags(ifNoneMatch));
    }

    private static Set<String> tags(@Nullable String header) {
        var tags = new LinkedHashSet<String>();
        if (header != null) {
            for (String tag : header.split(",")) {
                if (!tag.isBlank()) {
                    tags.add(tag.strip().equals(ANY) ? ANY : ETag.parse(tag).value());
                }
            }
        }
        return tags;
    }

    /// Throws unless the object now at `key` (null if none is) satisfies both conditions. A condition that names a tag
    /// of
    /// an object that is not there is [StorageFault#NO_SUCH_KEY], as S3 answers.
    public void check(BucketName bucket, ObjectKey key, @Nullable StoredObject present) {
        if (!ifMatch.isEmpty()) {
            if (present == null) {
                throw StorageException.noSuchKey(bucket, key);
            }
            if (!ifMatch.contains(ANY) && !ifMatch.contains(present.etag().value())) {
                throw failed(bucket, key, "If-Match names another tag than " + present.etag());
            }
        }
        if (present != null
                && (ifNoneMatch.contains(ANY)
                        || ifNoneMatch.contains(present.etag().value()))) {
            throw failed(bucket, key, "If-None-Match excludes the present tag " + present.etag());
        }
    }

    private static StorageException failed(BucketName bucket, ObjectKey key, String what) {
        return new StorageException(
                StorageFault.PRECONDITION_FAILED,
                "[bucket %s, key %s] %s; read the object again".formatted(bucket, key, what));
    }
}
