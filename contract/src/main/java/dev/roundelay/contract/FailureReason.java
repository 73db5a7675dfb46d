package dev.roundelay.contract;

import static dev.roundelay.contract.FailureCategory.PLATFORM;
import static dev.roundelay.contract.FailureCategory.RESOURCES;
import static dev.roundelay.contract.FailureCategory.USER;

import java.util.Locale;

/// Why a job failed: the closed catalogue of docs/errors.md, with whose fault it is and what the user can do.
public enum FailureReason {
    /// The GPU had not enough memory.
    GPU_OUT_OF_MEMORY(RESOURCES, false, "raise `estimated_memory_mb`, pick a larger GPU class, or lower `batch_size`"),
    /// The harness was killed by its memory limit.
    HOST_OUT_OF_MEMORY(RESOURCES, false, "raise the worker's memory limit or read the data in chunks"),
    /// The number of workers differs from the number of shards.
    SHARD_COUNT_MISMATCH(
            USER, false, "use exactly N workers for N shards: re-upload to match or use `auto_select_workers=True`"),
    /// Nothing matched until the queue timeout.
    NO_ELIGIBLE_WORKER(RESOURCES, false, "compare what was asked with what is there, and relax the selection"),
    /// A shard is not a zip, a bomb, or holds links or `..`.
    SHARD_UNREADABLE(USER, false, "make the shard again as a plain zip of files and upload it"),
    /// There is no model_def.py.
    MODEL_DEF_MISSING(USER, false, "upload model_def.py into the job's scripts folder"),
    /// model_def.py raised at import.
    MODEL_DEF_BROKEN(USER, false, "read the traceback; put every import into the same file or cell as the model"),
    /// The class or function named in the job is not in model_def.py.
    ENTRYPOINT_MISSING(USER, false, "name a class and a function that model_def.py defines"),
    /// pip says that there is no such version, or a conflict.
    REQUIREMENTS_UNRESOLVABLE(USER, false, "check spelling and version pins; prefer exact versions"),
    /// The environment could not be built for a reason that is not the user's.
    ENVIRONMENT_FAILED(PLATFORM, true, "try again; ask the operator to check the worker's package index and disk"),
    /// A GPU was leased but torch sees none.
    GPU_UNAVAILABLE(PLATFORM, true, "ask the operator to check driver and torch build of the worker"),
    /// The training function raised.
    TRAIN_RAISED(USER, false, "read the traceback and mend `fl_train`"),
    /// The validation function raised.
    VALIDATE_RAISED(USER, false, "read the traceback and mend `fl_validate`"),
    /// Python ended by itself.
    HARNESS_CRASHED(USER, false, "look at the last lines: often native code or `os._exit`"),
    /// A limit on processes, open files or disk was exceeded.
    LIMIT_EXCEEDED(RESOURCES, false, "use less of it, or ask the operator to raise that limit"),
    /// The code needed the network.
    NETWORK_BLOCKED(USER, false, "jobs have no network; send files along with `extra_files`"),
    /// An update had wrong names, shapes, dtypes or values.
    INVALID_UPDATE(USER, false, "return the state dict of the model that was given, with finite values"),
    /// The warm start cannot be loaded.
    CHECKPOINT_UNREADABLE(USER, false, "save the checkpoint as a plain state dict with `torch.save`"),
    /// A class path that is not run here.
    UNSUPPORTED_WORKFLOW(USER, false, "use one of the supported workflows"),
    /// The outputs do not fit into the quota.
    STORAGE_QUOTA_EXCEEDED(USER, false, "delete what you no longer need, or ask for a larger quota"),
    /// Re-assignment is exhausted.
    WORKERS_LOST(PLATFORM, false, "look at the named workers; start them again and resubmit"),
    /// A bound of the job has passed.
    TIME_LIMIT(USER, false, "raise that limit or make the work smaller"),
    /// A bug.
    INTERNAL(PLATFORM, false, "send the request id and a support bundle to the operator");

    private final FailureCategory category;
    private final boolean retriable;
    private final String remedy;

    FailureReason(FailureCategory category, boolean retriable, String remedy) {
        this.category = category;
        this.retriable = retriable;
        this.remedy = remedy;
    }

    /// Returns whose fault it is.
    public FailureCategory category() {
        return category;
    }

    /// Returns whether another worker is tried first.
    public boolean isRetriable() {
        return retriable;
    }

    /// Returns what the user can do, without a full stop.
    public String remedy() {
        return remedy;
    }

    /// Returns the reason of that wire name; an unknown one is a bug of a worker and reads as internal.
    public static FailureReason parse(String wireName) {
        for (FailureReason reason : values()) {
            if (reason.toString().equals(wireName)) {
                return reason;
            }
        }
        return INTERNAL;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
