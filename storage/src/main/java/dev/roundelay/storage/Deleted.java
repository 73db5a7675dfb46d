package dev.roundelay.storage;

/// How much a delete took away: objects, and the sum of their sizes.
public record Deleted(long objects, long bytes) {
    public static final Deleted NOTHING = new Deleted(0, 0);

    public Deleted plus(Deleted more) {
        return new Deleted(objects + more.objects, bytes + more.bytes);
    }
}
