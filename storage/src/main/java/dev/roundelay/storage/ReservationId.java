package dev.roundelay.storage;

/// Name of a number of bytes set aside in a bucket's quota for a write to come, for example `job_7/checkpoint`.
public record ReservationId(String value) {
    public ReservationId {
        if (value.isBlank() || value.length() > 200) {
            throw new IllegalArgumentException("[reservation '%s'] must have 1 to 200 characters".formatted(value));
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
