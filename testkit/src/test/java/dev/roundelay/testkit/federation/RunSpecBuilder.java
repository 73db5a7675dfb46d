package dev.roundelay.testkit.federation;

import dev.roundelay.federation.Places;
import dev.roundelay.federation.RunSpec;
import dev.roundelay.federation.round.Sampling;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.tensors.quantization.Quantization;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A spec of plain federated averaging with what a test wants otherwise.
final class RunSpecBuilder {
    private final RunSpec plain;
    private int minClients;
    private int slots;
    private Duration waitAfterMin = Duration.ofSeconds(10);
    private @Nullable Duration roundTimeout;
    private int checkpointEvery;
    private boolean continueOnSiteError;
    private RunSpec.@Nullable Origin origin;
    private RunSpec.@Nullable Select select;
    private @Nullable Quantization quantization;
    private boolean saves;

    RunSpecBuilder(int shards, int rounds) {
        plain = RunSpec.fedAvg(shards, rounds);
        minClients = shards;
    }

    RunSpecBuilder minClients(int clients) {
        minClients = clients;
        return this;
    }

    RunSpecBuilder waitAfterMin(Duration wait) {
        waitAfterMin = wait;
        return this;
    }

    RunSpecBuilder roundTimeout(Duration timeout) {
        roundTimeout = timeout;
        return this;
    }

    RunSpecBuilder slots(int count) {
        slots = count;
        return this;
    }

    RunSpecBuilder checkpointEvery(int rounds) {
        checkpointEvery = rounds;
        return this;
    }

    RunSpecBuilder continueOnSiteError() {
        continueOnSiteError = true;
        return this;
    }

    RunSpecBuilder origin(JobId job, int model) {
        origin = new RunSpec.Origin(job, model);
        return this;
    }

    RunSpecBuilder select(RunSpec.Select best) {
        select = best;
        return this;
    }

    RunSpecBuilder quantized(Quantization how) {
        quantization = how;
        return this;
    }

    RunSpecBuilder saves() {
        saves = true;
        return this;
    }

    RunSpec build() {
        return new RunSpec(
                new Places(plain.shards(), slots == 0 ? plain.shards() : slots),
                plain.rounds(),
                minClients,
                waitAfterMin,
                roundTimeout,
                plain.seed(),
                plain.strategy(),
                Sampling.ALL,
                checkpointEvery,
                select,
                continueOnSiteError,
                origin,
                quantization,
                saves);
    }
}
