package dev.roundelay.contract.worker;

import java.util.Locale;

/// The kinds of steps of an assignment.
public enum StepKind {
    /// Fetch inputs, build the environment, import the user's module, report ready.
    PREPARE,
    /// Make model 0 and send it.
    INITIALISE,
    /// Ready, nothing to do until the next reply.
    WAIT,
    /// Train round `round` from global model `round`; first validate that model if asked.
    TRAIN,
    /// Validate global model `round`.
    VALIDATE,
    /// Send the last log lines and files, end the harness, report done.
    FINISH,
    /// End every process and report stopped.
    STOP;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
