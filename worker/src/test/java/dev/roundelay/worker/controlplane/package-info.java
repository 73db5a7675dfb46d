/// A scripted control plane for tests of the agent: the protocol of docs/worker-protocol.md, honest to its rules, with
/// faults
/// on demand.
@NullMarked
package dev.roundelay.worker.controlplane;

import org.jspecify.annotations.NullMarked;
