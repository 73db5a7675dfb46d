/// The S3 face over [dev.roundelay.storage], on a port of its own.
///
/// S3Proxy's handler speaks the protocol (signatures, chunked uploads, XML); [S3Servlet] adds what it lacks, and
/// [dev.roundelay.s3.awssdk.BucketAdapter] is the store it talks to. Nothing outside this room knows S3Proxy.
@NullMarked
package dev.roundelay.s3;

import org.jspecify.annotations.NullMarked;
