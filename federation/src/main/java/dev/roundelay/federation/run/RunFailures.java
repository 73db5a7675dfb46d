package dev.roundelay.federation.run;

import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.round.ClosePolicy;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.storage.QuotaExceededException;
import dev.roundelay.tensors.TensorFormatException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The failures that this room finds, in the words of the public catalogue.
final class RunFailures {
    private RunFailures() {}

    static Failure roundTimedOut(int round, int answered, ClosePolicy policy) {
        String remedy = "raise roundTimeoutSeconds or lower minClients";
        return new Failure(
                "time_limit",
                "user",
                false,
                "[round %d] %d of at least %d sites answered within roundTimeoutSeconds (%s); %s"
                        .formatted(round, answered, policy.minClients(), policy.roundTimeout(), remedy),
                remedy,
                null);
    }

    static Failure tooFewSites(int round, int answered, ClosePolicy policy) {
        return new Failure(
                "workers_lost",
                Failure.PLATFORM,
                true,
                "[round %d] %d sites answered, no other can, and minClients is %d; resubmit the job or lower minClients"
                        .formatted(round, answered, policy.minClients()),
                "resubmit the job, from its last round if it has one, or lower minClients",
                null);
    }

    static Failure noMembersLeft(int round) {
        return new Failure(
                "workers_lost",
                Failure.PLATFORM,
                true,
                "[round %d] the updates of all its sites were lost, and none can send its own again; resubmit the job"
                        .formatted(round),
                "resubmit the job, from its last round if it has one",
                null);
    }

    static Failure originGone(RunSpec.Origin origin) {
        return new Failure(
                "checkpoint_unreadable",
                "user",
                false,
                "[%s, model %d] is not kept any more; resubmit from a kept round or from the start"
                        .formatted(origin.job(), origin.model()),
                "resubmit from a kept round or from the start",
                null);
    }

    static Failure invalidUpdate(int round, int shard, TensorFormatException fault) {
        return new Failure(
                "invalid_update",
                "user",
                false,
                Objects.requireNonNull(fault.within("round %d, site %s".formatted(round, Job.site(shard)))
                        .getMessage()),
                fault.remedy(),
                Job.site(shard));
    }

    static Failure notReturned(int round, int shard, String strategy, List<String> missing) {
        String names = String.join(" and ", missing);
        String remedy = "return {\"weights\": ..., \"%s\": ...} from fl_train; see docs/strategies.md"
                .formatted(String.join("\": ..., \"", missing));
        return new Failure(
                "invalid_update",
                "user",
                false,
                "[round %d, site %s] the strategy %s needs %s, a number above 0, of each training; %s"
                        .formatted(round, Job.site(shard), strategy, names, remedy),
                remedy,
                Job.site(shard));
    }

    static Failure notEncodable(int model, TensorFormatException fault) {
        return new Failure(
                "invalid_update",
                "user",
                false,
                Objects.requireNonNull(fault.within("model " + model).getMessage()),
                fault.remedy(),
                null);
    }

    static Failure invalidFirstModel(int shard, TensorFormatException fault) {
        return new Failure(
                "invalid_update",
                "user",
                false,
                Objects.requireNonNull(fault.within("first weights, site %s".formatted(Job.site(shard)))
                        .getMessage()),
                fault.remedy(),
                Job.site(shard));
    }

    static Failure doesNotFit(String what, QuotaExceededException quota) {
        String remedy = "delete files or ask for a larger quota";
        return new Failure(
                "storage_quota_exceeded",
                "user",
                false,
                "[%s] needs %d bytes, and %d of %d bytes of the quota are used; %s"
                        .formatted(what, quota.neededBytes(), quota.usedBytes(), quota.quotaBytes(), remedy),
                remedy,
                null);
    }

    static Failure internal(String where, @Nullable Throwable cause) {
        return new Failure(
                "internal",
                Failure.PLATFORM,
                true,
                "[%s] %s; make a support bundle and resubmit the job".formatted(where, cause),
                "make a support bundle and resubmit the job",
                null);
    }
}
