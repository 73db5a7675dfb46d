package dev.roundelay.worker.run;

/// How far an attempt is; the names, in lower case, are those of the protocol.
enum Life {
    PREPARING,
    READY,
    DONE,
    FAILED,
    STOPPED
}
