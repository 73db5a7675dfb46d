package dev.roundelay.sdk;

import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Manifest;
import dev.roundelay.contract.job.Slug;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Everything of a job on this side of the network: the objects to store under `jobs/<slug>/` and the specification.
///
/// The code is one file, sent as `model_def.py`, or a folder with `model_def.py` and modules beside it.
public final class WorkspaceUpload {
    private static final int MOST_SHARDS = 1_000;
    private static final String DEFAULT_REQUIREMENTS = "torch\nnumpy\n";
    private static final List<String> FOLDERS = List.of("scripts", "assets", "requirements", "shards", "model");

    private final JobSpec spec;
    private final Map<String, Source> objects;

    private WorkspaceUpload(JobSpec spec, Map<String, Source> objects) {
        this.spec = spec;
        this.objects = objects;
    }

    /// Returns a builder for the code in `code`.
    public static Builder of(Path code, String name) {
        return new Builder(code, name);
    }

    /// Returns the specification, with the keys that the uploads will have.
    public JobSpec spec() {
        return spec;
    }

    /// Returns the keys that will be stored, in the order of their upload.
    public List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    /// Returns what will be uploaded, for a preflight.
    public Manifest manifest() {
        Source requirements = objects.get(spec.requirements());
        return new Manifest(
                objects.entrySet().stream()
                        .map(object -> announced(object.getKey(), object.getValue()))
                        .toList(),
                requirements == null ? null : text(requirements),
                null);
    }

    private static Manifest.File announced(String key, Source source) {
        Long unpacked = key.contains("/shards/") && source instanceof Source.OfFile(Path path, long _)
                ? Long.valueOf(Shards.unpackedBytes(path))
                : null;
        return new Manifest.File(key, source.sizeBytes(), unpacked);
    }

    private static String text(Source source) {
        try (InputStream in = source.open()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Source.unreadable("requirements", e);
        }
    }

    Map<String, Source> objects() {
        return objects;
    }

    List<String> folders() {
        String root = "jobs/" + Slug.of(spec.name()) + "/";
        return FOLDERS.stream().map(folder -> root + folder + "/").toList();
    }

    /// What goes into a job.
    public static final class Builder {
        private final Path code;
        private final String name;
        private @Nullable Path shards;
        private @Nullable String dataset;
        private @Nullable Path requirements;
        private @Nullable Path checkpoint;
        private final List<Path> assets = new ArrayList<>();
        private JobSpec.Model model = JobSpec.Model.defaults();
        private JobSpec.Training training = JobSpec.Training.defaults();
        private JobSpec.Federation federation = JobSpec.Federation.defaults();
        private JobSpec.@Nullable Selection selection;
        private JobSpec.Limits limits = JobSpec.Limits.defaults();
        private int priority;

        private Builder(Path code, String name) {
            this.code = code;
            this.name = name;
        }

        /// Sets the folder with one `*.zip` for each worker.
        public Builder shards(@Nullable Path folder) {
            shards = folder;
            return this;
        }

        /// Sets a dataset that workers hold, instead of shards.
        public Builder dataset(@Nullable String value) {
            dataset = value;
            return this;
        }

        /// Sets a requirements file; torch and numpy without it.
        public Builder requirements(@Nullable Path file) {
            requirements = file;
            return this;
        }

        /// Sets a `state_dict` to start from, saved by `torch.save`.
        public Builder checkpoint(@Nullable Path file) {
            checkpoint = file;
            return this;
        }

        /// Adds a file or folder that is read-only at `env["ASSETS"]`.
        public Builder asset(Path path) {
            assets.add(path);
            return this;
        }

        /// Sets class and functions.
        public Builder model(JobSpec.Model value) {
            model = value;
            return this;
        }

        /// Sets the hyperparameters.
        public Builder training(JobSpec.Training value) {
            training = value;
            return this;
        }

        /// Sets rounds and strategy.
        public Builder federation(JobSpec.Federation value) {
            federation = value;
            return this;
        }

        /// Sets which workers; without it the server chooses.
        public Builder selection(JobSpec.@Nullable Selection value) {
            selection = value;
            return this;
        }

        /// Sets the bounds.
        public Builder limits(JobSpec.Limits value) {
            limits = value;
            return this;
        }

        /// Sets the priority; larger goes first among one's own queued jobs.
        public Builder priority(int value) {
            priority = value;
            return this;
        }

        /// Reads what is to be sent and checks all that can be checked here.
        ///
        /// @throws ValidationException with the code that the server would give
        public WorkspaceUpload build() {
            String root = "jobs/" + Slug.of(name) + "/";
            Map<String, Source> objects = new LinkedHashMap<>();
            addScripts(root + "scripts/", objects);
            objects.put(root + "requirements/requirements.txt", requirementsSource());
            List<Path> zips = zips();
            zips.forEach(zip -> objects.put(root + "shards/" + zip.getFileName(), Source.file(zip)));
            addAssets(root + "assets/", objects);
            String checkpointKey = null;
            if (checkpoint != null) {
                checkpointKey =
                        root + "model/" + existing(checkpoint, "checkpoint").getFileName();
                objects.put(checkpointKey, Source.file(checkpoint));
            }
            return new WorkspaceUpload(
                    new JobSpec(
                            name,
                            root + "scripts/",
                            assets.isEmpty() ? null : root + "assets/",
                            root + "requirements/requirements.txt",
                            zips.isEmpty() ? null : root + "shards/",
                            dataset,
                            checkpointKey,
                            model,
                            training,
                            federation,
                            selection == null ? anyWorkers() : selection,
                            limits,
                            priority),
                    objects);
        }

        private void addScripts(String prefix, Map<String, Source> objects) {
            String main = model.module() + ".py";
            if (Files.isRegularFile(code)) {
                objects.put(prefix + main, Source.file(code));
                return;
            }
            if (!Files.isRegularFile(code.resolve(main))) {
                throw Errors.invalid(
                        "model_def_missing",
                        "[" + code + "] is no Python file and no folder with " + main + "; give one of the two");
            }
            for (Path file : filesUnder(code)) {
                if (file.toString().endsWith(".py")) {
                    objects.put(prefix + keyOf(code, file), Source.file(file));
                }
            }
        }

        private void addAssets(String prefix, Map<String, Source> objects) {
            for (Path asset : assets) {
                if (Files.isDirectory(asset)) {
                    String folder = prefix + asset.toAbsolutePath().normalize().getFileName() + "/";
                    filesUnder(asset).forEach(file -> objects.put(folder + keyOf(asset, file), Source.file(file)));
                } else {
                    objects.put(prefix + existing(asset, "asset").getFileName(), Source.file(asset));
                }
            }
        }

        private Source requirementsSource() {
            if (requirements == null) {
                return new Source.OfText(DEFAULT_REQUIREMENTS);
            }
            return Source.file(existing(requirements, "requirements"));
        }

        private List<Path> zips() {
            if ((shards == null) == (dataset == null)) {
                throw Errors.invalid(
                        "invalid_request", "[shards] give either shards or a dataset, not both and not none");
            }
            return shards == null ? List.of() : Shards.in(shards, MOST_SHARDS);
        }

        private static JobSpec.Selection anyWorkers() {
            return new JobSpec.Selection(null, new JobSpec.Auto(null, null, null, null));
        }

        private static List<Path> filesUnder(Path folder) {
            try (Stream<Path> found = Files.walk(folder)) {
                return found.filter(Files::isRegularFile)
                        .filter(file -> !isHidden(folder.relativize(file)))
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw Source.unreadable(folder, e);
            }
        }

        private static boolean isHidden(Path relative) {
            for (Path part : relative) {
                if (part.toString().startsWith(".") || part.toString().equals("__pycache__")) {
                    return true;
                }
            }
            return false;
        }

        private static String keyOf(Path folder, Path file) {
            return folder.relativize(file).toString().replace('\\', '/');
        }

        private static Path existing(Path file, String what) {
            if (!Files.isRegularFile(file)) {
                throw Errors.invalid("invalid_request", "[" + what + "] there is no file " + file);
            }
            return file;
        }
    }
}
