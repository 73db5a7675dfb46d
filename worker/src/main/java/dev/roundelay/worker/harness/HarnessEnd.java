package dev.roundelay.worker.harness;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.sandbox.Exit;
import dev.roundelay.worker.sandbox.Limit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Says in the words of the failure catalogue how a harness ended.
final class HarnessEnd {
    private static final int SIGKILL = 9;

    private HarnessEnd() {}

    static FailureReport report(Exit exit, String site, @Nullable Integer round, List<String> lastLines) {
        String where = round == null ? "[" + site + "] " : "[" + site + ", round " + round + "] ";
        String detail = lastLines.isEmpty() ? null : String.join("\n", lastLines);
        return switch (exit) {
            case Exit.LimitExceeded exceeded ->
                new FailureReport(
                        exceeded.limit() == Limit.MEMORY
                                ? FailureReason.HOST_OUT_OF_MEMORY
                                : FailureReason.LIMIT_EXCEEDED,
                        where + limit(exceeded),
                        detail,
                        round,
                        false);
            case Exit.Signalled(int signal)
            when signal == SIGKILL ->
                new FailureReport(
                        FailureReason.HARNESS_CRASHED,
                        where + "Python was killed from outside; the shard is tried again",
                        detail,
                        round,
                        true);
            case Exit.Signalled(int signal) ->
                new FailureReport(
                        FailureReason.HARNESS_CRASHED,
                        where + "Python died of signal " + signal + nameOf(signal) + "; "
                                + FailureReason.HARNESS_CRASHED.remedy(),
                        detail,
                        round,
                        false);
            case Exit.Exited(int code) ->
                new FailureReport(
                        FailureReason.HARNESS_CRASHED,
                        where + "Python ended by itself with exit code " + code + "; "
                                + FailureReason.HARNESS_CRASHED.remedy(),
                        detail,
                        round,
                        false);
            case Exit.Stopped() ->
                new FailureReport(
                        FailureReason.HARNESS_CRASHED,
                        where + "the worker stopped the harness; nothing to do",
                        null,
                        round,
                        true);
        };
    }

    /// Says that user code has meddled with the pipes between Python and the agent.
    static FailureReport meddled(String how, String site, @Nullable Integer round, List<String> lastLines) {
        String where = round == null ? "[" + site + "] " : "[" + site + ", round " + round + "] ";
        return new FailureReport(
                FailureReason.HARNESS_CRASHED,
                where + how + "; leave descriptors alone that the code has not opened itself",
                lastLines.isEmpty() ? null : String.join("\n", lastLines),
                round,
                false);
    }

    private static String limit(Exit.LimitExceeded exceeded) {
        long used = exceeded.used();
        long allowed = exceeded.allowed();
        return switch (exceeded.limit()) {
            case MEMORY ->
                "the code used " + megabytes(used) + " of memory and was ended at the limit of " + megabytes(allowed)
                        + "; read the data in chunks, or ask the operator for more (--memory-mb, which all slots of"
                        + " the worker share)";
            case PROCESSES ->
                "the code ran " + used + " processes and threads and was ended at the limit of " + allowed
                        + "; start fewer, or ask the operator to raise --max-processes";
            case DISK ->
                exceeded.place().equals(HarnessSpec.OUT)
                        ? "the code wrote " + megabytes(used) + " to disk below out_dir and was ended at the limit of "
                                + megabytes(allowed)
                                + "; write less, or ask the operator to raise --out-dir-limit-mb"
                        : "the code wrote " + megabytes(used) + " to disk where its weights go and was ended at the"
                                + " limit of " + megabytes(allowed) + "; return a smaller state dict";
            case DEPTH -> "the code made more than " + allowed + " folders below each other; make flatter ones";
        };
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", bytes / 1_000_000);
    }

    private static String nameOf(int signal) {
        return switch (signal) {
            case 4 -> " (SIGILL)";
            case 6 -> " (SIGABRT)";
            case 7 -> " (SIGBUS)";
            case 8 -> " (SIGFPE)";
            case 11 -> " (SIGSEGV)";
            case 15 -> " (SIGTERM)";
            default -> "";
        };
    }
}
