package dev.roundelay.cli;

import dev.roundelay.cli.up.LocalPlatform;
import dev.roundelay.cli.up.StartupException;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.sdk.NotFoundException;
import dev.roundelay.sdk.Roundelay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay simulate`: a job of many sites on a few slots of this machine, by the same server, worker and harness as
/// a real one.
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Runs a job here, with a few slots that play all sites in turn, and fetches what it leaves. Needs no"
                        + " server: it starts one, and one worker, until the job has ended.")
final class SimulateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE.py|FOLDER", description = "The model's file, or a folder with model_def.py.")
    private Path code = Path.of("");

    @Mixin
    private SubmitOptions options = new SubmitOptions();

    @Option(names = "--python", paramLabel = "PATH", description = "Python with torch (default: python3).")
    @Nullable
    private Path python;

    @Option(names = "--out", paramLabel = "DIR", description = "What the job leaves goes here (default: NAME-out).")
    @Nullable
    private Path out;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Server and worker keep their files here (default: ~/.local/share/roundelay-simulate).")
    @Nullable
    private Path dataDir;

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        Workspaces workspaces = new Workspaces(client);
        workspaces.requireCode(code);
        if (options.shards == null) {
            throw client.wrong("[--shards] is missing; name the folder with one zip for each site");
        }
        if (!options.workerIds.isEmpty() || options.dataset != null) {
            throw client.wrong("[--worker-ids, --dataset] have no meaning here, where one worker plays all sites; leave"
                    + " them out");
        }
        int slots = options.slots == null ? Runtime.getRuntime().availableProcessors() : options.slots;
        options.slots = slots;
        try (LocalPlatform platform = LocalPlatform.start(dataFolder(), slots, python, client.err());
                Roundelay roundelay = platform.client();
                ProgressLine progress = ProgressLine.of(client)) {
            JobView job = roundelay.submit(workspaces.of(code, options), progress);
            progress.close();
            client.output()
                    .show(
                            job,
                            () -> job.id() + ": " + job.shards() + " sites on " + slots + " slots\n"
                                    + job.dashboardUrl() + " (while it runs)");
            int exit = JobWatch.follow(roundelay, job.id(), client.output());
            fetch(roundelay, job);
            return exit;
        } catch (StartupException e) {
            client.err().println(e.getMessage());
            return e.exitCode();
        }
    }

    private void fetch(Roundelay roundelay, JobView job) {
        Path target = out == null ? Path.of(job.slug() + "-out") : out;
        List<Path> written = new ArrayList<>();
        for (String folder : List.of("files_out/", "model_out/")) {
            String prefix = "jobs/" + job.slug() + "/" + folder;
            try {
                written.addAll(roundelay.files().download(prefix, target.resolve(folder), (_, _, _) -> {}));
            } catch (NotFoundException _) {
                // A job that failed early leaves no model.
            }
        }
        JobState state = roundelay.jobs().get(job.id()).state();
        client.output()
                .show(
                        java.util.Map.of("state", String.valueOf(state), "out", target.toString()),
                        () -> written.size() + " files in " + target);
    }

    private Path dataFolder() {
        Path folder =
                dataDir == null ? Path.of(System.getProperty("user.home"), ".local/share/roundelay-simulate") : dataDir;
        return folder.toAbsolutePath().normalize();
    }
}
