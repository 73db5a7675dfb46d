package dev.roundelay.storage;

/// Id of the user to whom a bucket belongs; opaque to this room.
public record OwnerId(String value) {
    public OwnerId {
        if (value.isBlank()) {
            throw new IllegalArgumentException("an owner id must not be blank");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
