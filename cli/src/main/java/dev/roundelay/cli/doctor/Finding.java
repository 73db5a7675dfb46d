package dev.roundelay.cli.doctor;

/// What one check found.
///
/// @param ok     whether it is as it should be
/// @param what   what was looked at
/// @param found  what was found
/// @param remedy what to do; empty if all is well
record Finding(boolean ok, String what, String found, String remedy) {
    static Finding good(String what, String found) {
        return new Finding(true, what, found, "");
    }

    static Finding bad(String what, String found, String remedy) {
        return new Finding(false, what, found, remedy);
    }
}
