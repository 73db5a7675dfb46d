package dev.roundelay.federation;

import dev.roundelay.federation.round.Round;
import dev.roundelay.kernel.Epoch;
import dev.roundelay.kernel.Participant;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.journal.Note;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.NewObject;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Publication;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// Keeps the facts of runs. Each writing method is ONE transaction that happens wholly and is durable on return, or
/// throws and changes nothing; each fails with [dev.roundelay.kernel.StaleEpochException] if another server is
/// active. Thread-safe.
public interface RunStore {
    /// What became of a write that a worker's message asked for.
    enum Outcome {
        /// Written.
        STORED,
        /// One is there already; nothing changed.
        EXISTS,
        /// The assignment has another holder, or none; nothing changed.
        STALE_FENCE,
        /// The round does not take it; nothing changed.
        CLOSED
    }

    /// Reads a run; one of which nothing is stored is fresh.
    RunState load(JobId job);

    /// Stores the first model if there is none, takes its bytes into the job's references and reserves more.
    ///
    /// @return STORED, EXISTS or STALE_FENCE
    /// @throws dev.roundelay.storage.QuotaExceededException if model and reservation do not fit
    Outcome putFirstModel(Epoch epoch, JobId job, Holder holder, FirstModel first);

    /// Like [#putFirstModel] for a model of an earlier job, whose blobs are referred to anew.
    ///
    /// @return STORED or EXISTS
    Outcome inheritFirstModel(Epoch epoch, JobId job, FirstModel first);

    /// Opens a round; one that is there already stays as it is.
    void openRound(Epoch epoch, JobId job, Round round, List<Note> notes);

    /// Records an accepted update. Locks the assignment (its fence must be current) and the round, which must be
    /// open, or closed with the shard on its member list.
    ///
    /// @return STORED, EXISTS (whatever was sent: the first one counts), STALE_FENCE or CLOSED
    Outcome acceptContribution(Epoch epoch, JobId job, Holder holder, int round, Contribution contribution);

    /// Tells whether a shard's update for a round of the job, current or past, was accepted and not lost since.
    boolean hasContribution(JobId job, int round, int shard);

    /// Closes an open round and fixes its member list: the shards whose contributions are there.
    ///
    /// @return the contributions by shard, ascending
    SortedMap<Integer, Contribution> closeRound(Epoch epoch, JobId job, int round, Instant at, List<Note> notes);

    /// Removes the row of an accepted update whose bytes are lost, so that the shard is asked again; a row that names
    /// another file meanwhile stays.
    void dropContribution(Epoch epoch, JobId job, int round, Contribution lost);

    /// Takes a shard off the member list of a closed round, with its row.
    void removeMember(Epoch epoch, JobId job, int round, int shard, List<Note> notes);

    /// Commits a round, and closes it first if it is open still: its model row and references, metrics, files,
    /// reservation, and the opening of the next round.
    ///
    /// @return which files appeared and which were left out for want of room
    /// @throws dev.roundelay.storage.QuotaExceededException if the model does not fit
    Publication commitRound(Epoch epoch, JobId job, RoundCommit commit);

    /// Stores or replaces what a shard measured of a model.
    ///
    /// @return STORED or STALE_FENCE
    Outcome putValidation(Epoch epoch, JobId job, Holder holder, Validation validation);

    /// Stores a staged file in place of one of that path from the same attempt, and takes its bytes into the job's
    /// references.
    ///
    /// @return STORED, STALE_FENCE, or CLOSED if the round is past
    /// @throws dev.roundelay.storage.QuotaExceededException if it does not fit
    Outcome stageFile(Epoch epoch, JobId job, Holder holder, BucketName bucket, StagedFile file);

    /// Returns the staged files of a round, by shard and path.
    List<StagedFile> stagedFiles(JobId job, int round);

    /// Makes `files_out/` and `model_out/` of a slug this job's: those of the job that wrote them last move to
    /// `jobs/<slug>/previous/<its id>/`. Repeating it changes nothing.
    void claimOutputs(Epoch epoch, JobId job, OwnerId owner, BucketName bucket, String slug);

    /// Publishes objects of a running job as far as the quota goes, in place of what is at their keys.
    Publication publish(Epoch epoch, JobId job, BucketName bucket, List<NewObject> objects);

    /// Returns the part of the job's last transaction that is this room's: publishes the outputs, gives the
    /// reservation and the references to staged files back, and abandons an open or closed round. Kept models stay
    /// until the job is deleted.
    Participant end(JobId job, FinalOutputs outputs, Instant at);

    /// Returns the part of a job's deletion that is this room's: its rows go, and its references with them. Outputs
    /// in the bucket stay; they are told from a later job's by the claim, which stays too.
    Participant delete(JobId job);

    /// Returns how many rounds of each of these jobs are committed; a job without any may be missing.
    Map<JobId, Integer> committedRounds(Collection<JobId> jobs);

    /// Returns every round of a job, ascending.
    List<RoundRecord> rounds(JobId job);

    /// Returns the prefix below which the outputs of a job lie, with a trailing slash; empty if it wrote none.
    Optional<String> outputPrefix(JobId job);
}
