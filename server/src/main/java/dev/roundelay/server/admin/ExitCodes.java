package dev.roundelay.server.admin;

/// How an operator's command ends.
final class ExitCodes {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_OPTIONS = 2;
    static final int NO_SUCH_USER = 5;

    private ExitCodes() {}
}
