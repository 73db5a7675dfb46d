package dev.roundelay.storage;

/// An object to be: durable bytes and the key under which they shall appear.
public record NewObject(ObjectKey key, Blob blob, ObjectAttributes attributes) {}
