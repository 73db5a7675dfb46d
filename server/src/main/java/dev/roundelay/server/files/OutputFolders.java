package dev.roundelay.server.files;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.kernel.Kernel;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.http.ApiException;
import java.util.List;

/// Keeps the outputs of a live job from being deleted under it.
public final class OutputFolders {
    private static final List<String> OUTPUTS = List.of("files_out/", "model_out/");

    private final Kernel kernel;

    public OutputFolders(Kernel kernel) {
        this.kernel = kernel;
    }

    /// Checks a delete.
    ///
    /// @param prefix everything that begins so is to go; a whole key is its own prefix
    /// @throws ApiException `job_live` if outputs of a live job are among it
    public void requireNoLiveOutputs(UserId owner, String prefix) {
        for (Job job : kernel.view().jobs()) {
            if (!job.ownerId().equals(owner)) {
                continue;
            }
            for (String output : OUTPUTS) {
                String folder = "jobs/%s/%s".formatted(job.slug(), output);
                if (folder.startsWith(prefix) || prefix.startsWith(folder)) {
                    throw new ApiException(
                            ErrorCode.JOB_LIVE,
                            "[%s] the job %s still writes there; cancel it or wait for its end"
                                    .formatted(folder, job.id().value()));
                }
            }
        }
    }
}
