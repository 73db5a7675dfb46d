package dev.roundelay.e2e.chaos;

/// Where in a job the server ends: between two steps that the promise of crash safety is about.
enum Phase {
    PREPARE(
            "the first weights are stored, no round is open",
            "commit.after@JdbcRunStore.write<Desk.firstModel",
            1,
            false),
    BROADCAST("a model is half sent", "answer.before@ByteRanges.copy<ByteRanges.send", 3, true),
    COLLECT(
            "one update is spooled, the others are not",
            "rename.before@BodyResource.moved<BodyResource.update",
            2,
            true),
    COLLECTED(
            "an update's row is written, nobody was told",
            "commit.after@JdbcRunStore.acceptContribution<Desk.update",
            2,
            true),
    AGGREGATE("half of an average is made", "aggregate.before@RangeAverage.accept<ParallelRanges.workOff", 3, true),
    BEFORE_COMMIT(
            "the average is on the disk, no row names it", "commit.before@JdbcRunStore.write<Commits.store", 1, true),
    COMMIT("the round is committed, nobody was told", "commit.after@JdbcRunStore.write<Commits.store", 1, true),
    FINALISE(
            "the last round is committed, the job ends",
            "commit.after@JdbcKernelStore.inTransaction<Kernel.finalizing",
            1,
            true),
    OUTPUT("checkpoint.pt is written, not yet flushed", "fsync.before@DiskBlobStore.adopt<Outputs.checkpoint", 1, true),
    FINISH("all is done but the job's end", "commit.before@JdbcKernelStore.inTransaction<Kernel.finish", 1, true);

    private final String what;
    private final String point;
    private final int times;
    private final boolean inRound;

    Phase(String what, String point, int times, boolean inRound) {
        this.what = what;
        this.point = point;
        this.times = times;
        this.inRound = inRound;
    }

    String point() {
        return point;
    }

    /// The server lives on until it comes to the point for this time.
    int times() {
        return times;
    }

    /// Whether it counts from within a round on, not from the submit.
    boolean inRound() {
        return inRound;
    }

    @Override
    public String toString() {
        return name() + " (" + what + ")";
    }
}
