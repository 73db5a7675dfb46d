package dev.roundelay.worker.run;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.client.TransferFailedException;
import dev.roundelay.worker.environment.EnvironmentException;
import dev.roundelay.worker.harness.HarnessException;
import dev.roundelay.worker.sandbox.SandboxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Says in the words of the failure catalogue why an attempt ended.
public final class Failures {
    private Failures() {}

    /// Returns the report of an exception that ended the attempt of `site`.
    public static FailureReport of(Exception e, String site) {
        return switch (e) {
            case HarnessException harness -> harness.report();
            case EnvironmentException environment -> environment.report();
            case TransferFailedException transfer ->
                report(FailureReason.ENVIRONMENT_FAILED, String.valueOf(transfer.getMessage()), transfer.getCause());
            case RefusedException refused ->
                report(
                        FailureReason.INTERNAL,
                        "[" + site + "] the server refused a call of its worker: " + refused.getMessage() + "; "
                                + FailureReason.INTERNAL.remedy(),
                        null);
            case SandboxException sandbox ->
                report(FailureReason.ENVIRONMENT_FAILED, String.valueOf(sandbox.getMessage()), sandbox.getCause());
            case UncheckedIOException io -> ofDisk(new IOException(io), site);
            case IOException io -> ofDisk(io, site);
            default ->
                report(
                        FailureReason.INTERNAL,
                        "[" + site + "] the worker's agent failed: " + e + "; " + FailureReason.INTERNAL.remedy(),
                        e);
        };
    }

    private static FailureReport ofDisk(IOException e, String site) {
        return report(
                FailureReason.ENVIRONMENT_FAILED,
                "[" + site + "] the worker cannot read or write its files: " + e + "; "
                        + FailureReason.ENVIRONMENT_FAILED.remedy(),
                e);
    }

    /// Returns a report.
    ///
    /// @param cause its trace becomes the detail; null for none
    public static FailureReport report(FailureReason reason, String message, @Nullable Throwable cause) {
        return new FailureReport(reason, message, cause == null ? null : trace(cause), null, false);
    }

    private static String trace(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
