package dev.roundelay.worker.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The few calls of the C library that Java has no door to.
public final class Native {
    /// `SIGUSR1`.
    public static final int SIGUSR1 = 10;
    /// `SIGTERM`.
    public static final int SIGTERM = 15;
    /// `SIGKILL`.
    public static final int SIGKILL = 9;
    /// `SIGSTOP`.
    public static final int SIGSTOP = 19;
    /// `SIGCONT`.
    public static final int SIGCONT = 18;

    private static final int O_PATH_NOFOLLOW = 0x200000 | (isArm() ? 0x8000 : 0x20000) | 0x80000; // and O_CLOEXEC
    private static final MethodHandle KILL =
            function("kill", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle OPENAT = function(
            "openat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Native() {}

    /// Sends a signal; returns whether it was delivered. A negative pid names a process group.
    public static boolean kill(long pid, int signal) {
        try {
            return (int) KILL.invokeExact((int) pid, signal) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] kill", e);
        }
    }

    /// Opens a name without following a link at its end and without reading: it never blocks, whatever is there.
    ///
    /// @param directory descriptor of the folder that `name` is relative to; ignored if `name` is absolute
    /// @return the descriptor, to be closed with `close`, or -1
    public static int openPath(int directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) OPENAT.invokeExact(directory, arena.allocateFrom(name), O_PATH_NOFOLLOW);
        } catch (Throwable e) {
            throw new IllegalStateException("[native] openat", e);
        }
    }

    /// Closes a descriptor of `openPath`.
    public static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("[native] close", e);
        }
    }

    private static boolean isArm() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
