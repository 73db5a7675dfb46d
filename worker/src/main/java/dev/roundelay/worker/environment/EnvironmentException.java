package dev.roundelay.worker.environment;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.worker.FailureReport;

/// An environment could not be made; `report` says whose fault that is.
public final class EnvironmentException extends Exception {
    private final transient FailureReport report;

    EnvironmentException(FailureReason reason, String message, String detail) {
        super(message);
        this.report = new FailureReport(reason, message, detail, null, false);
    }

    /// Returns what to send to the server: `requirements_unresolvable` or `environment_failed`.
    public FailureReport report() {
        return report;
    }
}
