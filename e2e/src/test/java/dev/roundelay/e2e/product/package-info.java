/// The product as tests handle it: its processes, its API, its bucket, jobs to send.
@NullMarked
package dev.roundelay.e2e.product;

import org.jspecify.annotations.NullMarked;
