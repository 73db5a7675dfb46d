package dev.roundelay.kernel;

import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.Limits;
import dev.roundelay.kernel.job.NewJob;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.List;
import java.util.Optional;

/// Builds jobs for tests: `aJob("mnist").shards(3).submit…`.
final class AJob {
    private final String name;
    private UserId owner = new UserId("ada");
    private int shards = 1;
    private int minClients;
    private Selection selection = Selection.Auto.any();
    private boolean continueOnSiteError;
    private Limits limits = Limits.defaults();
    private int priority;
    private Optional<String> dataset = Optional.empty();
    private Optional<String> environmentKey = Optional.empty();

    private AJob(String name) {
        this.name = name;
    }

    static AJob aJob(String name) {
        return new AJob(name);
    }

    AJob of(String user) {
        owner = new UserId(user);
        return this;
    }

    AJob shards(int count) {
        shards = count;
        return this;
    }

    AJob minClients(int count) {
        minClients = count;
        return this;
    }

    AJob select(Selection wanted) {
        selection = wanted;
        return this;
    }

    AJob pinnedTo(WorkerId... workers) {
        selection = new Selection.Pinned(List.of(workers));
        shards = workers.length;
        return this;
    }

    AJob dataset(String named) {
        dataset = Optional.of(named);
        return this;
    }

    AJob environment(String key) {
        environmentKey = Optional.of(key);
        return this;
    }

    AJob continueOnSiteError() {
        continueOnSiteError = true;
        return this;
    }

    AJob limits(Limits wanted) {
        limits = wanted;
        return this;
    }

    AJob priority(int wanted) {
        priority = wanted;
        return this;
    }

    NewJob build() {
        return new NewJob(
                new JobId("job_" + name),
                owner,
                name,
                name,
                shards,
                selection,
                minClients == 0 ? shards : minClients,
                continueOnSiteError,
                limits,
                priority,
                null,
                dataset,
                environmentKey,
                "",
                List.of(),
                "{}");
    }
}
