package dev.roundelay.federation.run;

import dev.roundelay.federation.FederationConfig;
import dev.roundelay.federation.RunStore;
import dev.roundelay.federation.spool.Spool;
import dev.roundelay.federation.strategy.ModelArithmetic;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.storage.BlobStore;
import dev.roundelay.storage.BucketIndex;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/// What every run works with.
///
/// @param nanos      monotonic
/// @param models     the arithmetic of models, on the pool of `arithmetic`
/// @param arithmetic bounded pool of platform threads for work on whole models
/// @param background runs what no round waits for
public record RunParts(
        Kernel kernel,
        RunStore store,
        JobJournal journal,
        BlobStore blobs,
        BucketIndex buckets,
        Spool spool,
        FederationConfig config,
        InstantSource wall,
        LongSupplier nanos,
        ModelArithmetic models,
        ExecutorService arithmetic,
        ExecutorService background) {}
