package dev.roundelay.worker.register;

/// Who this worker is to its server. The secret is never printed.
public record Identity(String workerId, String secret) {
    @Override
    public String toString() {
        return workerId;
    }
}
