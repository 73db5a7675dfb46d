/// Contract suites of the storage ports, and real S3 clients to drive an endpoint with.
@NullMarked
package dev.roundelay.testkit.storage;

import org.jspecify.annotations.NullMarked;
