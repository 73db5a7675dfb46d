/// Runs one Python harness for one shard of one job.
///
/// Frames on the harness's standard input and output: a big-endian u32 length (1 to 1,048,576) and that many bytes of
/// JSON in UTF-8. A request has `op` and `id`; its one answer has the same `id` and either `ok` or `error`. A frame
/// with
/// `event` may come at any time. Standard error carries what the user's code prints and logs, in its own order: plain
/// lines, and lines that begin with 0x1E and hold a JSON object (`level`, `msg`, or `mark`).
@NullMarked
package dev.roundelay.worker.harness;

import org.jspecify.annotations.NullMarked;
