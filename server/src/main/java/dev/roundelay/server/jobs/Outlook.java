package dev.roundelay.server.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.Preflight.Finding;
import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.kernel.KernelView;
import dev.roundelay.kernel.WorkerStatus;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.matching.Requirements;
import dev.roundelay.kernel.worker.Worker;
import dev.roundelay.kernel.worker.WorkerId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a job would meet if it were submitted now: workers that are missing, away or busy, another Python than the
/// user's, too little disk or memory. None of it forbids a submit.
final class Outlook {
    /// Weights, gradients and the two moments of Adam.
    private static final int COPIES_IN_TRAINING = 4;

    private static final long MEGA = 1 << 20;

    private final UserId owner;
    private final Selection selection;
    private final Requirements wanted;
    private final List<WorkerStatus> known;

    Outlook(KernelView view, UserId owner, JobSpec spec) {
        this.owner = owner;
        this.selection = KernelTerms.selection(spec.selection());
        this.wanted = new Requirements(
                owner,
                selection instanceof Selection.Auto auto ? auto : Selection.Auto.any(),
                Optional.ofNullable(spec.dataset()),
                Optional.empty());
        this.known = view.workers().stream()
                .filter(status -> status.worker().serves(owner))
                .toList();
    }

    /// What is known of the job beside its specification.
    ///
    /// @param shards   0 if that is not known, because something is wrong
    /// @param packages names of the requirements, normalised
    /// @param python   version that the user runs; null if unknown
    record Load(
            int shards,
            Announced files,
            Set<String> packages,
            @Nullable String python) {}

    List<Finding> warnings(Load load) {
        List<Finding> warnings = new ArrayList<>();
        List<WorkerStatus> candidates = switch (selection) {
            case Selection.Pinned(var ids) -> pinned(ids, warnings);
            case Selection.Auto auto -> matching(auto, load.shards(), warnings);
        };
        if (load.python() != null) {
            otherPython(candidates, load.python(), warnings);
        }
        if (load.packages().contains("torch")) {
            withoutTorch(candidates, warnings);
        }
        disk(candidates, load.files(), warnings);
        memory(candidates, load.files(), warnings);
        return List.copyOf(warnings);
    }

    private List<WorkerStatus> pinned(List<WorkerId> ids, List<Finding> warnings) {
        List<WorkerStatus> named = known.stream()
                .filter(status -> ids.contains(status.worker().id()))
                .toList();
        for (WorkerStatus status : named) {
            Worker worker = status.worker();
            if (!worker.takesShards()) {
                String state = worker.quarantine()
                        .map(why -> "in quarantine (" + why + ")")
                        .orElse(worker.state().toString());
                warnings.add(new Finding(
                        "worker_offline",
                        "[selection.workerIds] %s is %s; the job would wait for it".formatted(worker.name(), state),
                        "Start that worker again, or name another."));
            }
        }
        return named;
    }

    private List<WorkerStatus> matching(Selection.Auto auto, int shards, List<Finding> warnings) {
        List<WorkerStatus> serving =
                known.stream().filter(status -> status.worker().takesShards()).toList();
        List<WorkerStatus> fitting =
                serving.stream().filter(status -> wanted.fit(status.worker())).toList();
        int slots = fitting.stream()
                .mapToInt(status -> status.worker().offer().slots())
                .sum();
        int free = fitting.stream().mapToInt(WorkerStatus::freeSlots).sum();
        if (serving.isEmpty()) {
            warnings.add(new Finding(
                    "no_matching_worker",
                    "[selection] no worker of yours is online; the job would wait",
                    "Start one: roundelay worker --server URL --token-file FILE"));
        } else if (fitting.isEmpty()) {
            warnings.add(new Finding(
                    "no_matching_worker",
                    "[selection.auto] none of %d online workers fits: %s; the job would wait"
                            .formatted(serving.size(), obstacles(auto, serving)),
                    "GET /api/v1/gpu-catalog lists what is there; ask for less, or start other workers."));
        } else if (slots < shards) {
            warnings.add(new Finding(
                    "not_enough_workers",
                    "[selection] %d shards%s, but the workers that are online take %d at once; the job would wait for more"
                            .formatted(shards, wanted.inWords(), slots),
                    "Start more workers, or put the data into fewer shards."));
        } else if (free < shards) {
            warnings.add(new Finding(
                    "must_wait",
                    "[selection] %d shards, and %d of %d fitting slots are free; the job would wait for others to end"
                            .formatted(shards, free, slots),
                    "Nothing to do: it starts by itself."));
        }
        return fitting;
    }

    /// Says which wish excludes how many workers, so that it is plain which to change.
    private String obstacles(Selection.Auto auto, List<WorkerStatus> serving) {
        Map<String, Predicate<Worker>> wishes = new LinkedHashMap<>();
        if (auto.onlyMine()) {
            wishes.put("are not your own", worker -> !worker.ownerId().equals(owner));
        }
        if (!auto.gpuModels().isEmpty()) {
            wishes.put(
                    "are of another model than " + String.join(", ", auto.gpuModels()) + " (there is "
                            + serving.stream()
                                    .map(status -> status.worker().offer().model())
                                    .distinct()
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ")",
                    worker -> !auto.gpuModels().contains(worker.offer().model()));
        }
        auto.maxPricePerGpuHourCents()
                .ifPresent(ceiling -> wishes.put(
                        "cost more than " + ceiling + " cents per GPU hour",
                        worker -> worker.pricePerGpuHourCents() > ceiling));
        if (auto.estimatedMemoryMb() > 0) {
            wishes.put(
                    "have less than " + auto.estimatedMemoryMb() + " MB a slot",
                    worker -> worker.offer().slotMemoryMb() < auto.estimatedMemoryMb());
        }
        wanted.dataset()
                .ifPresent(name -> wishes.put(
                        "do not offer the dataset " + name,
                        worker -> !worker.offer().datasets().contains(name)));
        return wishes.entrySet().stream()
                .map(wish -> Map.entry(
                        wish.getKey(),
                        serving.stream()
                                .filter(status -> wish.getValue().test(status.worker()))
                                .count()))
                .filter(wish -> wish.getValue() > 0)
                .map(wish -> wish.getValue() + " " + wish.getKey())
                .collect(Collectors.joining(", "));
    }

    private static void otherPython(List<WorkerStatus> candidates, String mine, List<Finding> warnings) {
        Map<String, String> others = new LinkedHashMap<>();
        for (WorkerStatus status : candidates) {
            String theirs = status.worker().offer().versions().get("python");
            if (theirs != null && !minor(theirs).equals(minor(mine))) {
                others.merge(minor(theirs), status.worker().name(), (a, b) -> a + ", " + b);
            }
        }
        if (!others.isEmpty()) {
            warnings.add(
                    new Finding(
                            "python_differs",
                            "[python] you run %s, workers run %s; syntax and packages of your version may be missing there"
                                    .formatted(
                                            minor(mine),
                                            others.entrySet().stream()
                                                    .map(other -> other.getKey() + " (" + other.getValue() + ")")
                                                    .collect(Collectors.joining(", "))),
                            "Keep to what both versions know, and pin no package that needs yours; `roundelay try --python` shows it."));
        }
    }

    private static String minor(String version) {
        String[] parts = version.split("\\.", 3);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    private static void withoutTorch(List<WorkerStatus> candidates, List<Finding> warnings) {
        String names = names(candidates, status -> {
            Map<String, String> versions = status.worker().offer().versions();
            return versions.containsKey("python") && !versions.containsKey("torch");
        });
        if (!names.isEmpty()) {
            warnings.add(new Finding(
                    "no_torch_on_worker",
                    "[requirements] the Python of %s has no torch; the first job there downloads it, which takes minutes and gigabytes, or fails without a package index"
                            .formatted(names),
                    "Start those workers with --python PATH of a Python that has torch."));
        }
    }

    private void disk(List<WorkerStatus> candidates, Announced files, List<Finding> warnings) {
        long shard = files.shards().stream()
                .mapToLong(file -> file.sizeBytes() + (file.unpackedBytes() == null ? 0 : file.unpackedBytes()))
                .max()
                .orElse(0);
        // The warm start, the global model and an update lie there at once.
        long needed = (shard + files.assetBytes() + 3 * files.modelBytes()) / MEGA;
        String names = names(
                candidates,
                status -> diskFreeMb(status)
                        .filter(free -> free < needed * slotsAtOnce(status))
                        .isPresent());
        if (!names.isEmpty()) {
            warnings.add(new Finding(
                    "disk_may_not_suffice",
                    "[disk] a shard needs %,d MB beside the environment, and %s has less free for each of its slots"
                            .formatted(needed, names),
                    "Free disk there, or cut the data into more shards."));
        }
    }

    private static int slotsAtOnce(WorkerStatus status) {
        return Math.max(1, status.freeSlots());
    }

    private void memory(List<WorkerStatus> candidates, Announced files, List<Finding> warnings) {
        long needed = COPIES_IN_TRAINING * files.modelBytes() / MEGA;
        String names = names(
                candidates,
                status -> status.worker().offer().slotMemoryMb() > 0
                        && status.worker().offer().slotMemoryMb() < needed);
        if (!names.isEmpty()) {
            warnings.add(new Finding(
                    "memory_may_not_suffice",
                    "[memory] training this checkpoint takes about %,d MB (weights, gradients, optimiser), and a slot of %s has less"
                            .formatted(needed, names),
                    "Give estimatedMemoryMb, so that only workers with enough are chosen, or use fewer slots there."));
        }
    }

    private static String names(List<WorkerStatus> candidates, Predicate<WorkerStatus> which) {
        return candidates.stream()
                .filter(which)
                .map(status -> status.worker().name())
                .collect(Collectors.joining(", "));
    }

    private static Optional<Long> diskFreeMb(WorkerStatus status) {
        return status.telemetry().map(json -> {
            try {
                return Json.lenient().readValue(json, Telemetry.class).diskFreeMb();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("telemetry was stored by this server and must be readable", e);
            }
        });
    }
}
