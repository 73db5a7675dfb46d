package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.NvflareCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Which NVFlare classes a worker runs: those of the job's own scripts, and filters of NVFlare that need nothing but
/// the
/// weights. Nothing that is named is ever loaded by the server.
public final class NvflareClasses {
    /// Says what executors are run, in the words of a refusal.
    public static final String EXECUTORS = "an Executor of the job's scripts";

    /// Says what persistors are run.
    public static final String PERSISTORS = "a ModelPersistor of the job's scripts";

    private static final String PACKAGE = "nvflare.";
    private static final Set<String> FILTERS = Set.of("ExcludeVars", "PercentilePrivacy", "SVTPrivacy");
    private static final Set<String> TASKS = Set.of("train", "validate", "submit_model", "*");
    private static final Pattern PATH =
            Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)+", Pattern.UNICODE_CHARACTER_CLASS);

    private NvflareClasses() {}

    /// Tells whether a path names a class that may lie in the job's scripts.
    public static boolean isOwn(String path) {
        return PATH.matcher(path).matches() && !path.startsWith(PACKAGE);
    }

    /// Tells whether a filter is run around training.
    public static boolean isFilter(String path) {
        return isOwn(path) || path.startsWith(PACKAGE + "app_common.filters.") && FILTERS.contains(name(path));
    }

    /// Says what filters are run.
    public static String filters() {
        return "a Filter of the job's scripts, "
                + String.join(", ", FILTERS.stream().sorted().toList());
    }

    /// Returns what is refused of a job's classes, as `field: path, supported`.
    static List<Refusal> refused(NvflareCode code) {
        List<Refusal> refused = new ArrayList<>();
        NvflareCode.Component executor = code.executor();
        if (executor != null && !isOwn(executor.path())) {
            refused.add(new Refusal("executor.path", executor.path(), EXECUTORS));
        }
        NvflareCode.Component persistor = code.persistor();
        if (persistor != null && !isOwn(persistor.path())) {
            refused.add(new Refusal("persistor.path", persistor.path(), PERSISTORS));
        }
        code.dataFilters().forEach(filter -> filter("dataFilters", filter, refused));
        code.resultFilters().forEach(filter -> filter("resultFilters", filter, refused));
        return refused;
    }

    /// A class or task that is not run.
    record Refusal(String field, String what, String supported) {}

    private static void filter(String field, NvflareCode.Filter filter, List<Refusal> refused) {
        if (!isFilter(filter.path())) {
            refused.add(new Refusal(field + "[].path", filter.path(), filters()));
        }
        filter.tasks().stream()
                .filter(task -> !TASKS.contains(task))
                .forEach(task -> refused.add(new Refusal(
                        field + "[].tasks",
                        task,
                        String.join(", ", TASKS.stream().sorted().toList()))));
    }

    /// Returns the modules of the job's scripts that a job's classes lie in.
    static List<String> modules(NvflareCode code) {
        Stream<String> components = Stream.of(code.executor(), code.persistor())
                .flatMap(Stream::ofNullable)
                .map(NvflareCode.Component::path);
        Stream<String> filters = Stream.of(code.dataFilters(), code.resultFilters())
                .flatMap(List::stream)
                .map(NvflareCode.Filter::path);
        return Stream.concat(components, filters)
                .filter(NvflareClasses::isOwn)
                .map(path -> path.substring(0, path.lastIndexOf('.')))
                .distinct()
                .toList();
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
