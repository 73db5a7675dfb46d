package dev.roundelay.sdk;

import dev.roundelay.contract.files.FileListing;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Preflight;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Uploads and submits; each step can be repeated, so a submit that was cut is simply called again.
final class Submitter {
    // What depends on the inputs, which are not there yet, is left to the submit.
    private static final Set<String> KNOWN_BEFORE_UPLOAD =
            Set.of("unknown_worker", "duplicate_worker", "unknown_strategy", "slug_in_use");

    private final Jobs jobs;
    private final Files files;

    Submitter(Jobs jobs, Files files) {
        this.jobs = jobs;
        this.files = files;
    }

    JobView submit(WorkspaceUpload workspace, Progress progress) {
        preflight(workspace);
        Map<String, FileListing.Entry> stored = new LinkedHashMap<>();
        for (String folder : workspace.folders()) {
            files.list(folder).forEach(entry -> stored.put(entry.key(), entry));
        }
        workspace.objects().forEach((key, source) -> files.send(key, source, stored.get(key), progress));
        for (String key : stored.keySet()) {
            if (!workspace.objects().containsKey(key)) {
                var unused = files.delete(key);
            }
        }
        return jobs.submit(workspace.spec());
    }

    // Gigabytes are not to be sent for a job that will be refused.
    private void preflight(WorkspaceUpload workspace) {
        for (Preflight.Finding problem : jobs.preflight(workspace.spec()).problems()) {
            if (KNOWN_BEFORE_UPLOAD.contains(problem.code())) {
                int status = problem.code().equals("slug_in_use") ? 409 : 400;
                throw Errors.of(
                        new Facts(problem.code(), problem.message(), problem.hint(), null, status, Map.of(), null));
            }
        }
    }
}
