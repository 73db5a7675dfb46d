package dev.roundelay.worker.run;

/// What somebody else wants of an attempt's end; the later one is the stronger.
enum Wish {
    NONE,
    STOP,
    ABANDON
}
