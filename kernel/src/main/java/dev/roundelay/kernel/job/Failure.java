package dev.roundelay.kernel.job;

import org.jspecify.annotations.Nullable;

/// Why a job or an assignment failed. To the kernel the texts are opaque, but for [#retriable] and [#isUserFault].
///
/// @param reason    name of the public catalogue, such as `train_raised`
/// @param category  `user`, `resources` or `platform`
/// @param retriable whether another worker may do better
/// @param message   `[where] what happened; what to do`
/// @param remedy    what to do, alone
/// @param site      the site that shows it, such as `site-2`; null if it is none's
public record Failure(
        String reason,
        String category,
        boolean retriable,
        String message,
        String remedy,
        @Nullable String site) {
    /// The category of the platform's own failures.
    public static final String PLATFORM = "platform";

    /// Returns whether running it elsewhere would fail again.
    public boolean isUserFault() {
        return !retriable;
    }

    /// Returns this failure with the site filled in where it is missing.
    public Failure at(String where) {
        return site != null ? this : new Failure(reason, category, retriable, message, remedy, where);
    }
}
