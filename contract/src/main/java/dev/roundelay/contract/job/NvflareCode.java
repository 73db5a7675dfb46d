package dev.roundelay.contract.job;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// NVFlare classes of a job. A worker runs them with the real `nvflare` package, which it installs for such jobs only.
///
/// @param executor      trains instead of `fl_train`; null for `fl_train`
/// @param persistor     gives the first weights and saves the last ones; null for the platform's own
/// @param dataFilters   run over the global weights before they are trained, in this order
/// @param resultFilters run over an update before it is sent, in this order
public record NvflareCode(
        @Nullable Component executor,
        @Nullable Component persistor,
        List<Filter> dataFilters,
        List<Filter> resultFilters) {

    public NvflareCode {
        dataFilters = or(dataFilters);
        resultFilters = or(resultFilters);
    }

    /// A class and the keyword arguments that it is built with.
    ///
    /// @param path module and class: `custom_client_executor.MyExecutor` lies in the job's scripts
    /// @param args an object with `path` and `args` is built, too, and passed on as that
    public record Component(String path, Map<String, Object> args) {
        public Component {
            path = path == null ? "" : path;
            args = args == null ? Map.of() : args;
        }
    }

    /// A filter and the tasks around which it runs.
    ///
    /// @param tasks `train`, `validate`, or `*` for both; default `train`
    public record Filter(String path, Map<String, Object> args, List<String> tasks) {
        public Filter {
            path = path == null ? "" : path;
            args = args == null ? Map.of() : args;
            tasks = tasks == null || tasks.isEmpty() ? List.of("train") : List.copyOf(tasks);
        }
    }

    // JSON leaves an absent part null whatever its type says.
    private static List<Filter> or(@Nullable List<Filter> filters) {
        return filters == null ? List.of() : List.copyOf(filters);
    }
}
