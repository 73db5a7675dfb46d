/// Runs hostile programs: bubblewrap, a seccomp filter, a host uid for each slot, limits, and certain death.
///
/// Nothing here knows of jobs or Python. Two stages where the agent is root: an outer bubblewrap without a user
/// namespace makes the sources of all mounts reachable under one folder, `setpriv` drops to the slot's uid, and the
/// inner bubblewrap builds the sandbox. The agent's folders can so stay closed to everybody (0700).
@NullMarked
package dev.roundelay.worker.sandbox;

import org.jspecify.annotations.NullMarked;
