package dev.roundelay.contract.worker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.roundelay.contract.job.JobSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `GET /worker/v1/assignments/{id}`: all that an agent must know to prepare. Constant for an attempt.
///
/// @param submitter    e-mail of the job's owner, for `--allow-user` and `ran.jsonl`
/// @param seed         the job's seed; `SEED` of a call is made of it, round and shard
/// @param sites        the shards that this assignment works through, one after the other; empty: only `shard`
/// @param requirements normalised requirement lines
/// @param corrected    whether `GET …/corrections/{k}` goes with each training
/// @param quantization encoding of weights on their way; null for as they are
/// @param limits       limits of this job at a worker by name, such as [#GPU_MEMORY_MB]
public record AssignmentPlan(
        String assignmentId,
        String jobId,
        String jobName,
        String ownerId,
        String submitter,
        int shard,
        int shards,
        String site,
        int attempt,
        int rounds,
        long seed,
        JobSpec.Model model,
        JobSpec.Training training,
        List<String> requirements,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Site> sites,
        List<Input> inputs,
        @Nullable String dataset,
        boolean corrected,
        @Nullable String quantization,
        Map<String, Long> limits) {
    public AssignmentPlan {
        sites = sites == null ? List.of() : List.copyOf(sites);
    }

    /// In `limits`: free memory that the job's GPU must have.
    public static final String GPU_MEMORY_MB = "gpuMemoryMb";

    /// One file of the job's snapshot.
    ///
    /// @param blob      `GET …/inputs/{blob}`
    /// @param kind      `script`, `asset`, `shard` or `checkpoint`
    /// @param path      relative to the folder of its kind
    /// @param sha256    lower-case hex; empty if not known
    /// @param shard     of a `shard` where there are `sites`: which; null else
    public record Input(
            String blob,
            String kind,
            String path,
            long sizeBytes,
            String sha256,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Integer shard) {
        @JsonCreator
        public Input {}

        /// Makes an input that all shards have in common, or that of the only one.
        public Input(String blob, String kind, String path, long sizeBytes, String sha256) {
            this(blob, kind, path, sizeBytes, sha256, null);
        }
    }

    /// A shard and its name.
    public record Site(int shard, String name) {}
}
