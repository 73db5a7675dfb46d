package dev.roundelay.worker.harness;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.worker.AssignmentPlan;
import java.util.Map;

/// What a harness has to know of its job; constant for an attempt.
///
/// @param site        such as `site-2`
/// @param rounds      total of rounds, for NVFlare code that asks
/// @param seed        the job's seed
/// @param device      `cpu` or `cuda`; with `cuda` a harness that sees no GPU refuses to start
/// @param threads     threads of torch, fixed for the job so that a re-run gives the same bits
/// @param seeded      whether `random`, numpy and torch are seeded before each call
/// @param corrected   whether `env` of a training holds a correction of its gradients
/// @param environment further environment variables, such as `CUDA_VISIBLE_DEVICES`
public record HarnessJob(
        String jobId,
        String site,
        int shard,
        int rounds,
        long seed,
        JobSpec.Model model,
        JobSpec.Training training,
        String device,
        int threads,
        boolean seeded,
        boolean corrected,
        Map<String, String> environment) {
    public HarnessJob {
        environment = Map.copyOf(environment);
    }

    /// Returns the job of an assignment on the CPU or a leased GPU.
    public static HarnessJob of(AssignmentPlan plan, String device, int threads) {
        return new HarnessJob(
                plan.jobId(),
                plan.site(),
                plan.shard(),
                plan.rounds(),
                plan.seed(),
                plan.model(),
                plan.training(),
                device,
                threads,
                true,
                plan.corrected(),
                Map.of());
    }

    /// Returns it with further environment variables.
    public HarnessJob with(Map<String, String> variables) {
        return new HarnessJob(
                jobId, site, shard, rounds, seed, model, training, device, threads, seeded, corrected, variables);
    }
}
