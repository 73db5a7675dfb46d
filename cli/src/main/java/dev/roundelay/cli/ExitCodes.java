package dev.roundelay.cli;

import dev.roundelay.sdk.AuthException;
import dev.roundelay.sdk.ConfigurationException;
import dev.roundelay.sdk.ConflictException;
import dev.roundelay.sdk.ConnectionException;
import dev.roundelay.sdk.NotFoundException;
import dev.roundelay.sdk.RoundelayException;
import dev.roundelay.sdk.ValidationException;

/// What the programs of `roundelay` exit with; documented in docs/guides/cli.md.
public final class ExitCodes {
    /// It is done.
    public static final int DONE = 0;
    /// Something failed here or in the server.
    public static final int FAILED = 1;
    /// Wrong options, or values that the server refuses.
    public static final int USAGE = 2;
    /// No server answers.
    public static final int NO_CONNECTION = 3;
    /// Not signed in, a wrong key, or not allowed.
    public static final int NOT_ALLOWED = 4;
    /// There is no such thing.
    public static final int NOT_FOUND = 5;
    /// The state of the thing forbids it.
    public static final int CONFLICT = 6;
    /// `jobs watch`, `submit --watch`: the job FAILED.
    public static final int JOB_FAILED = 10;
    /// `jobs watch`, `submit --watch`: the job was CANCELLED.
    public static final int JOB_CANCELLED = 11;

    private ExitCodes() {}

    /// Returns the code for an error of the SDK.
    public static int of(RoundelayException error) {
        return switch (error) {
            case ConfigurationException _ -> NOT_ALLOWED;
            case AuthException _ -> NOT_ALLOWED;
            case ConnectionException _ -> NO_CONNECTION;
            case NotFoundException _ -> NOT_FOUND;
            case ConflictException _ -> CONFLICT;
            case ValidationException _ -> USAGE;
            default -> FAILED;
        };
    }
}
