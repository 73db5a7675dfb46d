package dev.roundelay.worker.run;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.AssignmentPlan;
import dev.roundelay.worker.client.AssignmentClient;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.client.TransferFailedException;
import dev.roundelay.worker.harness.HarnessException;
import dev.roundelay.worker.harness.JobFolders;
import dev.roundelay.worker.sandbox.Isolation;
import dev.roundelay.worker.workdir.SafeZip;
import dev.roundelay.worker.workdir.WorkdirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lays the files of a plan out in an attempt's folders.
final class Inputs {
    private final AssignmentPlan plan;
    private final AssignmentClient client;
    private final SharedJob shared;
    private final JobFolders folders;
    private final Isolation isolation;
    private Optional<Path> checkpoint = Optional.empty();

    Inputs(AssignmentPlan plan, AssignmentClient client, SharedJob shared, JobFolders folders, Isolation isolation) {
        this.plan = plan;
        this.client = client;
        this.shared = shared;
        this.folders = folders;
        this.isolation = isolation;
    }

    /// Fetches and places everything.
    ///
    /// @param datasets folders that this worker offers
    /// @throws HarnessException with what is wrong with the job's files
    void layOut(Map<String, Path> datasets)
            throws IOException, RefusedException, InterruptedException, HarnessException {
        if (plan.dataset() != null) {
            linkDataset(plan.dataset(), datasets);
        }
        folders.create();
        for (AssignmentPlan.Input input : plan.inputs()) {
            place(input);
        }
        if (!Files.exists(folders.scripts().resolve(plan.model().module().replace('.', '/') + ".py"))) {
            throw new HarnessException(Failures.report(
                    FailureReason.MODEL_DEF_MISSING,
                    "[" + plan.site() + "] there is no " + plan.model().module() + ".py among the job's scripts; "
                            + FailureReason.MODEL_DEF_MISSING.remedy(),
                    null));
        }
    }

    /// Returns the warm start, a file in the models folder.
    Optional<Path> checkpoint() {
        return checkpoint;
    }

    private void linkDataset(String name, Map<String, Path> datasets) throws IOException, HarnessException {
        Path folder = datasets.get(name);
        if (folder == null) {
            throw new HarnessException(Failures.report(
                    FailureReason.ENVIRONMENT_FAILED,
                    "[" + plan.site() + "] this worker offers no dataset '" + name + "'; start it with --dataset "
                            + name + "=PATH",
                    null));
        }
        Files.createDirectories(folders.root());
        Files.createSymbolicLink(folders.payload(), folder);
    }

    private void place(AssignmentPlan.Input input)
            throws IOException, RefusedException, InterruptedException, HarnessException {
        Path file;
        try {
            file = shared.input(input, client);
        } catch (TransferFailedException e) {
            if (input.kind().equals("shard")) {
                throw unreadable(input, String.valueOf(e.getMessage()));
            }
            throw e;
        }
        switch (input.kind()) {
            case "script" -> put(file, folders.scripts(), input.path());
            case "asset" -> put(file, folders.assets(), input.path());
            case "checkpoint" -> {
                put(file, folders.models(), folders.warmStart().getFileName().toString());
                checkpoint = Optional.of(folders.warmStart());
            }
            case "shard" -> unpack(input, file);
            default -> throw new IOException("an input of the unknown kind '" + input.kind() + "'");
        }
    }

    private void unpack(AssignmentPlan.Input input, Path file) throws IOException, HarnessException {
        try {
            SafeZip.withDefaults().unpack(file, input.path(), payload(input));
        } catch (WorkdirException e) {
            throw unreadable(input, String.valueOf(e.getMessage()));
        }
    }

    /// Returns where a shard lies: where the harness plays several sites, each has a folder of its name.
    private Path payload(AssignmentPlan.Input input) throws IOException {
        Integer shard = input.shard();
        return shard == null
                ? folders.payload()
                : Files.createDirectories(folders.payload().resolve(site(shard)));
    }

    private String site(@Nullable Integer shard) {
        return plan.sites().stream()
                .filter(site -> shard != null && site.shard() == shard)
                .findFirst()
                .map(AssignmentPlan.Site::name)
                .orElse(plan.site());
    }

    private HarnessException unreadable(AssignmentPlan.Input input, String what) {
        return new HarnessException(Failures.report(
                FailureReason.SHARD_UNREADABLE,
                what.startsWith("[")
                        ? "[" + site(input.shard()) + ", " + what.substring(1)
                        : "[" + site(input.shard()) + ", " + input.path() + "] " + what,
                null));
    }

    private void put(Path file, Path folder, String path) throws IOException {
        Path target = folder.resolve(path).normalize();
        if (!target.startsWith(folder) || target.equals(folder)) {
            throw new IOException("the server sent the unusable path '" + path + "'");
        }
        Files.createDirectories(target.resolveSibling("."));
        share(file, target, isolation);
    }

    /// Makes a file of the agent's visible in a folder of the harness: by hard link where the sandbox keeps it
    /// read-only,
    /// as a copy where nothing does.
    static void share(Path file, Path target, Isolation isolation) throws IOException {
        Files.deleteIfExists(target);
        if (isolation == Isolation.NONE) {
            Files.copy(file, target);
        } else {
            Files.createLink(target, file);
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
    }
}
