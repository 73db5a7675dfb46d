package dev.roundelay.faults;

import org.jspecify.annotations.Nullable;

/// What woven methods call. Static, for it is called from classes that the product does not make.
public final class Reached {
    static volatile @Nullable FaultPoints points;

    private Reached() {}

    /// Tells that a point has been reached.
    ///
    /// @param kind such as `commit.before`
    public static void point(String kind) {
        FaultPoints all = points;
        if (all != null) {
            all.reached(kind);
        }
    }
}
