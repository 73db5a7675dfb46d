/// A job's rounds on top of the kernel: broadcast, collect, close, aggregate, commit, finish.
///
/// [JobRuns] is the door of the room: the server asks it what an assignment is to do now and hands it what workers
/// send. Behind it, one [dev.roundelay.federation.run.JobRun] for each live job is a plain loop over the persisted
/// [RunState].
@NullMarked
package dev.roundelay.federation;

import org.jspecify.annotations.NullMarked;
