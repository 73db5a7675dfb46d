package dev.roundelay.contract.requirement;

/// A requirement line is not one that jobs may have. The message has the form `[requirements.txt line n] what; what to
/// do`.
public final class RequirementException extends RuntimeException {
    /// Makes one.
    public RequirementException(String message) {
        super(message);
    }
}
