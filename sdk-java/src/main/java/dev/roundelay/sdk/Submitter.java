package dev.roundelay.sdk;

import dev.roundelay.contract.files.FileListing;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Preflight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Uploads and submits; each step can be repeated, so a submit that was cut is simply called again.
final class Submitter {
    private static final Map<String, Integer> STATUS = Map.of("slug_in_use", 409, "not_found", 404);

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
        List<Preflight.Finding> problems =
                jobs.preflight(workspace.spec(), workspace.manifest()).problems();
        if (!problems.isEmpty()) {
            Preflight.Finding first = problems.getFirst();
            String all = problems.stream().map(Preflight.Finding::message).collect(Collectors.joining("\n"));
            throw Errors.of(new Facts(
                    first.code(), all, first.hint(), null, STATUS.getOrDefault(first.code(), 400), Map.of(), null));
        }
    }
}
