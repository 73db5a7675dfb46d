package dev.roundelay.worker.harness;

import dev.roundelay.contract.worker.FailureReport;

/// A step of a harness failed; `report` says how, for the job page.
public final class HarnessException extends Exception {
    private final transient FailureReport report;

    /// Makes one.
    public HarnessException(FailureReport report) {
        super(report.message());
        this.report = report;
    }

    /// Returns what to send to the server.
    public FailureReport report() {
        return report;
    }
}
