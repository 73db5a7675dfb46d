package dev.roundelay.worker.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

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
    private static final int O_FOLDER_NOFOLLOW = (isArm() ? 0x4000 | 0x8000 : 0x10000 | 0x20000) | 0x80000;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC = 0x7ff;
    private static final int DIRENT_LENGTH = 16; // of struct dirent64
    private static final int DIRENT_NAME = 19;
    private static final MethodHandle KILL =
            function("kill", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle OPENAT = function(
            "openat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final MethodHandle UNLINKAT = function(
            "unlinkat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle RENAMEAT = function(
            "renameat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS));
    private static final MethodHandle CHMOD =
            function("chmod", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle FCHOWNAT = function(
            "fchownat",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT));
    private static final MethodHandle STATX = function(
            "statx",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS));
    private static final MethodHandle STATVFS =
            function("statvfs", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle FDOPENDIR =
            function("fdopendir", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle READDIR =
            function("readdir", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle CLOSEDIR =
            function("closedir", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

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

    /// Opens a folder for reading, never a link to one and never anything that could block.
    ///
    /// @param name as the kernel has it, ending with NUL
    static int openFolder(int directory, MemorySegment name) {
        try {
            return (int) OPENAT.invokeExact(directory, name, O_FOLDER_NOFOLLOW);
        } catch (Throwable e) {
            throw new IllegalStateException("[native] openat", e);
        }
    }

    /// Opens a name as `openPath` does.
    ///
    /// @param name as the kernel has it, ending with NUL
    static int openPath(int directory, MemorySegment name) {
        try {
            return (int) OPENAT.invokeExact(directory, name, O_PATH_NOFOLLOW);
        } catch (Throwable e) {
            throw new IllegalStateException("[native] openat", e);
        }
    }

    /// Removes a name; returns whether it is gone by that.
    static boolean unlink(int directory, MemorySegment name, boolean folder) {
        try {
            return (int) UNLINKAT.invokeExact(directory, name, folder ? AT_REMOVEDIR : 0) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] unlinkat", e);
        }
    }

    /// Gives a file or folder another place.
    static boolean rename(int directory, MemorySegment name, int target, MemorySegment newName) {
        try {
            return (int) RENAMEAT.invokeExact(directory, name, target, newName) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] renameat", e);
        }
    }

    /// Sets the mode of what a descriptor of `openPath` stands for.
    static boolean chmod(int descriptor, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) CHMOD.invokeExact(arena.allocateFrom("/proc/self/fd/" + descriptor), mode) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] chmod", e);
        }
    }

    /// Gives a name to a user and their group; a link's own.
    static boolean chown(int directory, MemorySegment name, int uid) {
        try {
            return (int) FCHOWNAT.invokeExact(directory, name, uid, uid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] fchownat", e);
        }
    }

    /// Fills a `struct statx` of 256 bytes; a link is not followed at the end of `name`, unless it is to be.
    static boolean stat(int directory, MemorySegment name, boolean follow, MemorySegment status) {
        int flags = AT_NO_AUTOMOUNT | AT_EMPTY_PATH | (follow ? 0 : AT_SYMLINK_NOFOLLOW);
        try {
            return (int) STATX.invokeExact(directory, name, flags, STATX_BASIC, status) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] statx", e);
        }
    }

    /// What a file system holds.
    record FileSystemUse(long totalBytes, long usedBytes, long usedInodes) {}

    /// Returns what the file system of a path holds, or nothing if it cannot be asked.
    static Optional<FileSystemUse> fileSystem(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(256, 8);
            if ((int) STATVFS.invokeExact(arena.allocateFrom(path), status) != 0) {
                return Optional.empty();
            }
            long unit = status.get(ValueLayout.JAVA_LONG, 8);
            long blocks = status.get(ValueLayout.JAVA_LONG, 16);
            return Optional.of(new FileSystemUse(
                    unit * blocks,
                    unit * (blocks - status.get(ValueLayout.JAVA_LONG, 24)),
                    status.get(ValueLayout.JAVA_LONG, 40) - status.get(ValueLayout.JAVA_LONG, 48)));
        } catch (Throwable e) {
            throw new IllegalStateException("[native] statvfs", e);
        }
    }

    /// What is done with each name of a folder; the segment ends with NUL and holds until the return.
    interface Names {
        /// Returns whether to go on.
        boolean accept(MemorySegment name);
    }

    /// Passes the names of a folder on, but for `.` and `..`, and closes the descriptor.
    static void readFolder(int descriptor, Names names) {
        try {
            MemorySegment stream = (MemorySegment) FDOPENDIR.invokeExact(descriptor);
            if (stream.address() == 0) {
                close(descriptor);
                return;
            }
            try {
                boolean more = true;
                while (more) {
                    MemorySegment entry = (MemorySegment) READDIR.invokeExact(stream);
                    if (entry.address() == 0) {
                        return;
                    }
                    int length = Short.toUnsignedInt(
                            entry.reinterpret(DIRENT_NAME).get(ValueLayout.JAVA_SHORT_UNALIGNED, DIRENT_LENGTH));
                    MemorySegment name = entry.reinterpret(length).asSlice(DIRENT_NAME);
                    more = isDots(name) || names.accept(name);
                }
            } finally {
                int _ = (int) CLOSEDIR.invokeExact(stream);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("[native] readdir", e);
        }
    }

    private static boolean isDots(MemorySegment name) {
        return name.get(ValueLayout.JAVA_BYTE, 0) == '.'
                && (name.get(ValueLayout.JAVA_BYTE, 1) == 0
                        || (name.get(ValueLayout.JAVA_BYTE, 1) == '.' && name.get(ValueLayout.JAVA_BYTE, 2) == 0));
    }

    private static boolean isArm() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }
}
