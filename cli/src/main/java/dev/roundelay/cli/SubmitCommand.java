package dev.roundelay.cli;

import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.Preflight;
import dev.roundelay.sdk.Roundelay;
import dev.roundelay.sdk.WorkspaceUpload;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay submit`.
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Uploads code and shards and submits a job. What is in the bucket already is not sent again.")
final class SubmitCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE.py|FOLDER", description = "The model's file, or a folder with model_def.py.")
    private Path code = Path.of("");

    @Mixin
    private SubmitOptions options = new SubmitOptions();

    @Option(names = "--watch", description = "Follow the job to its end.")
    private boolean watch;

    @Option(
            names = "--dry-run",
            description = "Say what a submit would find wrong or doubtful, and send nothing; exits 2 on a problem.")
    private boolean dryRun;

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Override
    public Integer call() throws InterruptedException {
        Workspaces workspaces = new Workspaces(client);
        workspaces.requireCode(code);
        WorkspaceUpload workspace = workspaces.of(code, options);
        try (Roundelay roundelay = client.client();
                ProgressLine progress = ProgressLine.of(client)) {
            if (dryRun) {
                Preflight answer = roundelay.preflight(workspace);
                client.output().show(answer, () -> Texts.preflight(answer));
                return answer.ok() ? ExitCodes.DONE : ExitCodes.USAGE;
            }
            JobView job = roundelay.submit(workspace, progress);
            progress.close();
            client.output().show(job, () -> job.id() + " " + Texts.progress(job) + "\n" + job.dashboardUrl());
            return watch ? JobWatch.follow(roundelay, job.id(), client.output()) : ExitCodes.DONE;
        }
    }
}
