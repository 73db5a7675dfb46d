package dev.roundelay.kernel.job;

/// The id of a user; the kernel knows no more of users.
public record UserId(String value) {
    @Override
    public String toString() {
        return value;
    }
}
