package dev.roundelay.federation;

import dev.roundelay.federation.round.ClosePolicy;
import dev.roundelay.federation.round.Sampling;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.tensors.quantization.Quantization;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What this room needs of a job's specification. Immutable for the job's life.
///
/// @param places              number of shards, >= 1, and which assignment works for which of them
/// @param rounds              total of rounds; numbering goes on from `origin`
/// @param minClients          updates without which a round cannot close
/// @param waitAfterMin        how long a round stays open after that
/// @param roundTimeout        bound of a round; null for none
/// @param seed                the job's seed
/// @param strategy            how updates become a model
/// @param sampling            which shards a round asks
/// @param checkpointEvery     keep the model after every so many rounds; 0 keeps none
/// @param select              which model is the best; null for none
/// @param continueOnSiteError a site whose code fails sits out the round instead of failing the job
/// @param origin              the model to go on from; null for a fresh start
/// @param quantization        how weights travel between server and workers; null for as they are
/// @param saves               the job's own persistor saves the last model at the site of the lowest shard
public record RunSpec(
        Places places,
        int rounds,
        int minClients,
        Duration waitAfterMin,
        @Nullable Duration roundTimeout,
        long seed,
        StrategySpec strategy,
        Sampling sampling,
        int checkpointEvery,
        @Nullable Select select,
        boolean continueOnSiteError,
        @Nullable Origin origin,
        @Nullable Quantization quantization,
        boolean saves) {

    public RunSpec {
        if (rounds < 1) {
            throw new IllegalArgumentException("%d rounds; they must be at least 1".formatted(rounds));
        }
        if (minClients < 1 || minClients > places.shards()) {
            throw new IllegalArgumentException(
                    "minClients is %d with %d shards".formatted(minClients, places.shards()));
        }
    }

    /// Returns plain federated averaging over all shards, with no bound but the number of rounds.
    public static RunSpec fedAvg(int shards, int rounds) {
        return new RunSpec(
                Places.ofOwn(shards),
                rounds,
                shards,
                Duration.ofSeconds(10),
                null,
                0,
                StrategySpec.FED_AVG,
                Sampling.ALL,
                0,
                null,
                false,
                null,
                null,
                false);
    }

    /// Number of shards.
    public int shards() {
        return places.shards();
    }

    /// Number of the model from which the first round starts.
    public int firstModel() {
        return origin == null ? 0 : origin.model();
    }

    /// Number of the model with which the job ends if nothing ends it earlier.
    public int lastModel() {
        return Math.max(rounds, firstModel());
    }

    /// The rule for closing a round that asks so many shards.
    public ClosePolicy closePolicy(int asked) {
        return new ClosePolicy(Math.min(minClients, asked), waitAfterMin, roundTimeout);
    }

    /// A strategy by name; `args` as the submitter gave them, already checked.
    public record StrategySpec(String name, Map<String, Object> args) {
        public static final StrategySpec FED_AVG = new StrategySpec("fed_avg", Map.of());

        public StrategySpec {
            args = Map.copyOf(args);
        }
    }

    /// Which model is the best.
    ///
    /// @param maximise larger is better
    /// @param patience rounds without a better model after which the job ends early; null for never
    /// @param target   value at which the job ends early; null for none
    public record Select(
            String metric,
            boolean maximise,
            @Nullable Integer patience,
            @Nullable Double target) {}

    /// A committed model of an earlier job.
    public record Origin(JobId job, int model) {}
}
