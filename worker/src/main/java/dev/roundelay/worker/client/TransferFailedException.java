package dev.roundelay.worker.client;

import java.io.IOException;

/// A body arrived damaged every time, at one end or the other.
public final class TransferFailedException extends IOException {
    TransferFailedException(String message) {
        super(message);
    }
}
