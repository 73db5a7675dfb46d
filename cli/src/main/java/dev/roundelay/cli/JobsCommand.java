package dev.roundelay.cli;

import dev.roundelay.contract.Page;
import dev.roundelay.contract.job.AssignmentView;
import dev.roundelay.contract.job.JobPatch;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Resubmit;
import dev.roundelay.sdk.Roundelay;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay jobs`.
@Command(
        name = "jobs",
        mixinStandardHelpOptions = true,
        description = "Jobs: list, get, note, cancel, resubmit, stack, watch.")
final class JobsCommand {
    private static final Set<String> LIVE = Set.of("offered", "preparing", "ready");

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists jobs, newest first.")
    int list(
            @Mixin ClientOptions client,
            @Option(names = "--state", paramLabel = "STATE", description = "${COMPLETION-CANDIDATES}") @Nullable
                    JobState state,
            @Option(names = "--text", paramLabel = "TEXT", description = "Part of name, note or tag.") @Nullable
                    String text,
            @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "1 to 200.") int limit,
            @Option(names = "--offset", paramLabel = "N", defaultValue = "0", description = "Jobs to pass over.")
                    int offset) {
        try (Roundelay roundelay = client.client()) {
            Page<JobView> page = roundelay.jobs().list(state, text, limit, offset);
            client.output()
                    .table(
                            page.items(),
                            List.of("ID", "NAME", "STATE", "PHASE", "ROUND", "CREATED"),
                            page.items().stream()
                                    .map(job -> List.of(
                                            job.id(),
                                            job.name(),
                                            String.valueOf(job.state()),
                                            job.phase() == null ? "-" : job.phase(),
                                            job.round() + "/" + job.rounds(),
                                            Texts.time(job.createdAt())))
                                    .toList(),
                            "no jobs");
        }
        return ExitCodes.DONE;
    }

    @Command(name = "get", mixinStandardHelpOptions = true, description = "Shows one job.")
    int get(@Mixin ClientOptions client, @Parameters(paramLabel = "JOB", description = "Id of the job.") String id) {
        try (Roundelay roundelay = client.client()) {
            JobView job = roundelay.jobs().get(id);
            client.output().show(job, () -> JobTexts.whole(job));
        }
        return ExitCodes.DONE;
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Asks to cancel a job.")
    int cancel(@Mixin ClientOptions client, @Parameters(paramLabel = "JOB", description = "Id of the job.") String id) {
        try (Roundelay roundelay = client.client()) {
            JobView job = roundelay.jobs().cancel(id);
            client.output().show(job, () -> job.id() + " " + Texts.progress(job));
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "note",
            mixinStandardHelpOptions = true,
            description = "Sets note or tags of a job; what is not given stays. An empty text removes.")
    int note(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "JOB", description = "Id of the job.") String id,
            @Option(names = "--text", paramLabel = "TEXT", description = "The note.") @Nullable String text,
            @Option(names = "--tags", paramLabel = "A,B", description = "All its tags.") @Nullable String tags) {
        List<String> all = tags == null ? null : tags.isBlank() ? List.of() : List.of(tags.split(","));
        try (Roundelay roundelay = client.client()) {
            JobView job = roundelay.jobs().annotate(id, new JobPatch(text, all));
            client.output().show(job, () -> JobTexts.whole(job));
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "resubmit",
            mixinStandardHelpOptions = true,
            description = "Sends an ended job again, from the start or from a model that it committed.")
    int resubmit(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "JOB", description = "Id of the job.") String id,
            @Option(
                            names = "--from-round",
                            paramLabel = "K",
                            description = "Go on from the model after K rounds, or \"last\"; else from the start.")
                    @Nullable
                    String fromRound,
            @Option(names = "--rounds", paramLabel = "N", description = "Rounds in all; numbering goes on.") @Nullable
                    Integer rounds,
            @Option(names = "--name", paramLabel = "NAME", description = "Another name.") @Nullable String name) {
        try (Roundelay roundelay = client.client()) {
            boolean number = fromRound != null && fromRound.matches("[0-9]{1,9}");
            Object from = number ? Integer.valueOf(fromRound) : fromRound;
            JobView job = roundelay.jobs().resubmit(id, new Resubmit(from, rounds, name, null));
            client.output().show(job, () -> job.id() + " " + Texts.progress(job) + "\n" + job.dashboardUrl());
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "stack",
            mixinStandardHelpOptions = true,
            description = "Asks where the Python of a site stands; the answer comes as lines of its log.")
    int stack(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "JOB", description = "Id of the job.") String id,
            @Parameters(paramLabel = "SITE", description = "Such as site-1.") String site) {
        try (Roundelay roundelay = client.client()) {
            AssignmentView live = roundelay.jobs().assignments(id, Page.MAX_LIMIT, 0).items().stream()
                    .filter(one -> one.site().equals(site))
                    .filter(one -> LIVE.contains(one.state()))
                    .findFirst()
                    .orElseThrow(() -> client.wrong("[" + site + "] nothing runs for it now"));
            AssignmentView asked = roundelay.jobs().showStack(id, live.id());
            client.output().show(asked, () -> "asked; see: roundelay logs " + id + " --site " + site);
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = "Follows a job to its end; exits 10 if it FAILED, 11 if it was CANCELLED.")
    int watch(@Mixin ClientOptions client, @Parameters(paramLabel = "JOB", description = "Id of the job.") String id)
            throws InterruptedException {
        try (Roundelay roundelay = client.client()) {
            return JobWatch.follow(roundelay, id, client.output());
        }
    }
}
