/// The store that S3Proxy's handler talks to.
///
/// The package must be called `awssdk`: the handler guesses from the store's class name whether it decides conditions
/// (If-Match, If-None-Match) itself, and would refuse them otherwise. A test of conditional puts guards this.
@NullMarked
package dev.roundelay.s3.awssdk;

import org.jspecify.annotations.NullMarked;
