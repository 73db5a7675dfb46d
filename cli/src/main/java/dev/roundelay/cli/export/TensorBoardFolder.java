package dev.roundelay.cli.export;

import dev.roundelay.contract.job.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes the runs of a job as folders that `tensorboard --logdir` opens: `global/`, `site-1/`, ...
public final class TensorBoardFolder {
    private final Path folder;

    public TensorBoardFolder(Path folder) {
        this.folder = folder;
    }

    /// Returns the name of a job's folder below a folder of many: jobs of the same name stay apart.
    public static String nameOf(JobView job) {
        return plain(job.slug() + "-" + job.id());
    }

    /// Writes one event file for each run, in place of that of an earlier export.
    ///
    /// @return the files
    public List<Path> write(JobView job, List<Run> runs) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Run run : runs) {
            Path target = Files.createDirectories(folder.resolve(plain(run.name())))
                    .resolve("events.out.tfevents." + job.createdAt().getEpochSecond() + "." + plain(job.id()));
            // TensorBoard, which may be looking, never sees half a file: it looks for names with "tfevents" in them.
            Path partial = target.resolveSibling(".partial");
            write(partial, job, run);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            files.add(target);
        }
        return List.copyOf(files);
    }

    private static void write(Path file, JobView job, Run run) throws IOException {
        Instant start = job.startedAt() == null ? job.createdAt() : job.startedAt();
        try (EventFile events = new EventFile(file, start)) {
            if (run.isGlobal()) {
                events.text("job/text_summary", table(job), start);
            }
            for (Curve curve : run.curves()) {
                for (Curve.Point point : curve.points()) {
                    events.scalar(curve.name(), point.x(), point.value(), point.time());
                }
            }
        }
    }

    private static String table(JobView job) {
        StringBuilder table = new StringBuilder("| | |\n|---|---|\n");
        row(table, "job", job.id());
        row(table, "name", job.name());
        row(table, "state", String.valueOf(job.state()));
        row(table, "dashboard", job.dashboardUrl());
        for (Map.Entry<String, String> setting : JobSettings.of(job).entrySet()) {
            row(table, setting.getKey(), setting.getValue());
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String name, String text) {
        table.append("| ").append(cell(name)).append(" | ").append(cell(text)).append(" |\n");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replaceAll("\\s+", " ");
    }

    // Names come from a server: none may lead out of the folder.
    private static String plain(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}_-]", "_");
    }
}
