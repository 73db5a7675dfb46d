package dev.roundelay.server;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.JobJournal;
import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.store.Database;
import dev.roundelay.server.store.JdbcBucketIndex;
import dev.roundelay.server.store.JdbcJobJournal;
import dev.roundelay.server.store.JdbcKernelStore;
import dev.roundelay.server.store.JdbcRunStore;
import dev.roundelay.server.store.JdbcSubmissions;
import dev.roundelay.server.store.JdbcWorkerTokens;
import dev.roundelay.server.store.JobFigures;
import dev.roundelay.server.workerapi.BodySpool;
import dev.roundelay.server.workerapi.Handover;
import dev.roundelay.storage.disk.DiskBlobStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Everything that keeps facts or bytes.
record Stores(
        DiskBlobStore blobs,
        BodySpool bodies,
        Handover handover,
        JdbcBucketIndex index,
        JdbcAccounts accounts,
        JdbcKernelStore kernel,
        JdbcRunStore runs,
        JdbcSubmissions submissions,
        JdbcWorkerTokens tokens,
        JobFigures figures,
        JobJournal journal) {

    /// Makes them over one database and one data folder; nothing is opened yet.
    ///
    /// @param written told of each job about which something was written to its journal
    static Stores of(
            Database database, Path dataDir, InstantSource clock, RandomGenerator random, Consumer<JobId> written) {
        JdbcBucketIndex index = new JdbcBucketIndex(database.jdbi(), clock, random);
        Handover handover = new Handover(dataDir.resolve("handover"));
        return new Stores(
                new DiskBlobStore(dataDir.resolve("blobs"), random),
                new BodySpool(dataDir.resolve("spool/bodies"), handover),
                handover,
                index,
                new JdbcAccounts(database.jdbi(), clock),
                new JdbcKernelStore(database.jdbi()),
                new JdbcRunStore(database.jdbi(), index.within()),
                new JdbcSubmissions(database.jdbi(), clock),
                new JdbcWorkerTokens(database.jdbi()),
                new JobFigures(database.jdbi()),
                new JdbcJobJournal(database.jdbi(), written));
    }
}
