package dev.roundelay.worker.client;

import java.io.IOException;

/// No server answered, or only with "not now". Says nothing about whether the call was carried out.
public final class NoAnswerException extends IOException {
    NoAnswerException(String message, Throwable cause) {
        super(message, cause);
    }

    NoAnswerException(String message) {
        super(message);
    }
}
