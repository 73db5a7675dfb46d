/// Immutable blobs and the bucket index.
///
/// Bytes are written once, under a random id, by a [BlobStore]; what users see (keys, uploads, snapshots) are rows of a
/// [BucketIndex] that refer to blobs. A blob counts once against its owner's quota while anything refers to it. The
/// order of a write is always: bytes durable, then row committed, then acknowledged; the [BlobSweeper] removes what a
/// crash in between leaves behind.
@NullMarked
package dev.roundelay.storage;

import org.jspecify.annotations.NullMarked;
