package dev.roundelay.cli;

import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.sdk.Roundelay;

/// Follows a job by asking once a second, for people at a terminal.
final class JobWatch {
    private static final long ASK_AGAIN_MILLIS = 1_000;

    private JobWatch() {}

    /// Prints each change until the job has ended, then how it ended.
    ///
    /// @return the exit code for that end
    static int follow(Roundelay roundelay, String id, Output output) throws InterruptedException {
        String shown = "";
        while (true) {
            JobView job = roundelay.jobs().get(id);
            String now = Texts.progress(job);
            if (!now.equals(shown)) {
                output.show(job, () -> Texts.time(java.time.Instant.now()) + " " + now);
                shown = now;
            }
            JobState state = job.state();
            if (state != null && state.isTerminal()) {
                if (!output.isJson()) {
                    JobTexts.end(job).forEach(output::line);
                }
                return exitCode(state);
            }
            Thread.sleep(ASK_AGAIN_MILLIS);
        }
    }

    static int exitCode(JobState state) {
        return switch (state) {
            case FAILED -> ExitCodes.JOB_FAILED;
            case CANCELLED -> ExitCodes.JOB_CANCELLED;
            case PENDING, RUNNING, FINISHED -> ExitCodes.DONE;
        };
    }
}
