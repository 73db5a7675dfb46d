package dev.roundelay.sdk;

/// Hears how far uploads and downloads are; called from several threads.
@FunctionalInterface
public interface Progress {
    /// Nobody listens.
    Progress NONE = (name, doneBytes, totalBytes) -> {};

    /// Tells that so many bytes of an object are through; may go back when bytes have to go again.
    void advanced(String name, long doneBytes, long totalBytes);
}
