package dev.roundelay.cli;

import dev.roundelay.cli.export.ExportException;
import dev.roundelay.cli.export.MlflowExport;
import dev.roundelay.cli.export.MlflowServer;
import dev.roundelay.cli.export.Run;
import dev.roundelay.cli.export.TensorBoardFolder;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.sdk.Roundelay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay export`.
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Gives the metrics of a job to TensorBoard (a folder) or MLflow (a tracking server).",
        footer = "Repeat it while the job runs, or after: what was there is replaced or goes on.")
final class ExportCommand implements Callable<Integer> {
    private enum Tool {
        TENSORBOARD,
        MLFLOW
    }

    @Parameters(paramLabel = "JOB", description = "Id of the job.")
    private String id = "";

    @Option(names = "--to", paramLabel = "TOOL", required = true, description = "tensorboard or mlflow.")
    private Tool tool = Tool.TENSORBOARD;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "TensorBoard: where the runs go (default: runs/<name>-<job>).")
    @Nullable
    private Path out;

    @Option(
            names = "--uri",
            paramLabel = "URL",
            description = "MLflow: the tracking server (default: MLFLOW_TRACKING_URI).")
    @Nullable
    private String uri;

    @Option(
            names = "--experiment",
            paramLabel = "NAME",
            defaultValue = "roundelay",
            description = "MLflow: the experiment, made if it is not there (default: roundelay).")
    private String experiment = "roundelay";

    @Mixin
    private ClientOptions client = new ClientOptions();

    @Override
    public Integer call() throws IOException {
        check();
        try (Roundelay roundelay = client.client()) {
            JobView job = roundelay.jobs().get(id);
            List<Run> runs = Run.of(roundelay.jobs().allMetrics(id));
            return switch (tool) {
                case TENSORBOARD -> toTensorBoard(job, runs);
                case MLFLOW -> toMlflow(job, runs);
            };
        } catch (ExportException e) {
            client.err().println(e.getMessage());
            return e.exitCode();
        }
    }

    private void check() {
        if (tool == Tool.MLFLOW && out != null) {
            throw client.wrong("[--out] is for tensorboard; MLflow gets the job over --uri");
        }
        if (tool == Tool.MLFLOW && server() == null) {
            throw client.wrong("[--uri] is missing; give an MLflow tracking server, such as http://127.0.0.1:5000");
        }
    }

    private @Nullable String server() {
        return uri != null ? uri : System.getenv("MLFLOW_TRACKING_URI");
    }

    private int toTensorBoard(JobView job, List<Run> runs) throws IOException {
        Path folder = out != null ? out : Path.of("runs", TensorBoardFolder.nameOf(job));
        List<String> files = new TensorBoardFolder(folder)
                .write(job, runs).stream().map(Path::toString).toList();
        client.output()
                .show(
                        Map.of("folder", folder.toString(), "files", files),
                        () -> String.join("\n", files) + "\nlook at it with: tensorboard --logdir " + folder);
        return ExitCodes.DONE;
    }

    private int toMlflow(JobView job, List<Run> runs) throws ExportException {
        String url = String.valueOf(server());
        try (MlflowServer mlflow = new MlflowServer(url, System.getenv())) {
            List<String> ids = new MlflowExport(mlflow, experiment).send(job, runs);
            client.output()
                    .show(
                            Map.of("experiment", experiment, "runIds", ids),
                            () -> ids.size() + " runs in the experiment " + experiment + " of " + url);
        }
        return ExitCodes.DONE;
    }
}
