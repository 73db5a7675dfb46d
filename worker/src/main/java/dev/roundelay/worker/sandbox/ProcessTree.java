package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads from `/proc` what the descendants of a process are and use.
///
/// Inside a process namespace nobody can leave the tree: an orphan becomes the child of the namespace's first
/// process.
final class ProcessTree {
    private static final Path PROC = Path.of("/proc");
    // What the kernel keeps in memory for a file of a tmpfs that has no bytes.
    private static final long COST_OF_AN_INODE = 1024;
    private static final long PAGE = 4096;

    private ProcessTree() {}

    /// Returns the pids below `root`, without `root`, parents first.
    static List<Long> descendants(long root) {
        List<Long> found = new ArrayList<>();
        Deque<Long> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            for (long child : children(open.removeFirst())) {
                found.add(child);
                open.add(child);
            }
        }
        return found;
    }

    /// Returns whether a process is the first one of a process namespace below ours, and anything of that is left: a
    /// first process is dead only when all others are.
    static boolean isInit(long pid) {
        boolean alive = false;
        for (String line : lines(Long.toString(pid), "status")) {
            if (line.startsWith("State:")) {
                alive = !line.contains("Z (") && !line.contains("X (");
            } else if (line.startsWith("NSpid:")) {
                String[] pids = line.substring(6).strip().split("\\s+");
                return alive && pids.length > 1 && pids[pids.length - 1].equals("1");
            }
        }
        return false;
    }

    /// Returns the sum of memory in bytes, exactly if it may be more than `limit`: unshared parts by
    /// proportional set size, shared memory by the larger of what is mapped and what the tmpfs hold. A process
    /// that hides its maps counts with its resident size. Where even the resident sizes, which count shared
    /// pages once for each process, stay within the limit, they are the answer: asking for proportional sizes
    /// makes the kernel walk every page table.
    static long memoryBytes(List<Long> pids, long tmpfsBytes, long limit) {
        long resident = tmpfsBytes;
        long tables = 0;
        for (long pid : pids) {
            resident += residentBytes(pid);
            tables += pageTableBytes(pid);
        }
        return resident + tables <= limit ? resident + tables : exactMemoryBytes(pids, tmpfsBytes) + tables;
    }

    private static long exactMemoryBytes(List<Long> pids, long tmpfsBytes) {
        long owned = 0;
        long shared = 0;
        for (long pid : pids) {
            long pss = -1;
            long shmem = 0;
            for (String line : lines(alive(pid), "smaps_rollup")) {
                if (line.startsWith("Pss:")) {
                    pss = kilobytes(line);
                } else if (line.startsWith("Pss_Shmem:")) {
                    shmem = kilobytes(line);
                }
            }
            if (pss < 0) {
                owned += residentBytes(pid);
            } else {
                owned += (pss - shmem) * 1024;
                shared += shmem * 1024;
            }
        }
        return owned + Math.max(shared, tmpfsBytes);
    }

    /// Returns the number of processes and threads.
    static int threads(List<Long> pids) {
        int count = 0;
        for (long pid : pids) {
            String[] stat = statAfterName(pid);
            count += stat.length > 17 ? Integer.parseInt(stat[17]) : 0;
        }
        return count;
    }

    /// Returns the processor time in clock ticks of 10 ms.
    static long cpuTicks(List<Long> pids) {
        long ticks = 0;
        for (long pid : pids) {
            String[] stat = statAfterName(pid);
            ticks += stat.length > 12 ? Long.parseLong(stat[11]) + Long.parseLong(stat[12]) : 0;
        }
        return ticks;
    }

    /// Returns whether a process is stopped or dead.
    static boolean isStill(long pid) {
        String[] stat = statAfterName(pid);
        return stat.length == 0 || "TtZX".contains(stat[0]);
    }

    /// Returns the bytes that a tmpfs of the sandbox takes, seen through a process of it; 0 if it cannot be seen.
    ///
    /// @param size its own, by which it is told from the host's folder of that name: a process that has just been
    ///     started still sees that one
    static long tmpfsBytes(long pid, String folder, long size) {
        return Native.fileSystem(PROC + "/" + pid + "/root" + folder)
                .filter(use -> Math.abs(use.totalBytes() - size) <= PAGE)
                .map(use -> use.usedBytes() + COST_OF_AN_INODE * use.usedInodes())
                .orElse(0L);
    }

    /// What open descriptors hold that no folder shows.
    ///
    /// @param unnamedBytes on disks: files without a name
    /// @param memoryBytes  in memory: files of memfd_create
    record OpenFiles(long unnamedBytes, long memoryBytes) {}

    /// Adds up what the open descriptors hold, each file once.
    static OpenFiles openFiles(List<Long> pids) {
        long unnamed = 0;
        long memory = 0;
        Set<Object> seen = new LinkedHashSet<>();
        for (long pid : pids) {
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve(alive(pid) + "/fd"))) {
                for (Path descriptor : descriptors) {
                    String target = target(descriptor);
                    if (target.startsWith("/memfd:")) {
                        memory += takenBytes(descriptor, seen);
                    } else if (isUnnamed(target)) {
                        unnamed += takenBytes(descriptor, seen);
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                // The process has ended in the meantime.
                continue;
            }
        }
        return new OpenFiles(unnamed, memory);
    }

    private static boolean isUnnamed(String target) {
        return target.startsWith("/")
                && target.endsWith(" (deleted)")
                && !target.startsWith("/dev/shm/")
                && !target.startsWith("/tmp/");
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private record FileId(long device, long inode) {}

    private static long takenBytes(Path descriptor, Set<Object> seen) {
        return FileStatus.ofPath(descriptor.toString())
                .filter(status -> seen.add(new FileId(status.device(), status.inode())))
                .map(FileStatus::taken)
                .orElse(0L);
    }

    /// Returns what stands for a process in `/proc`: itself, or one of its threads if its first thread has ended. All
    /// threads share memory and descriptors, which the first one no longer shows then.
    private static String alive(long pid) {
        String own = Long.toString(pid);
        if (isEmpty(own)) {
            try (DirectoryStream<Path> tasks = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
                for (Path task : tasks) {
                    String thread = pid + "/task/" + task.getFileName();
                    if (!isEmpty(thread)) {
                        return thread;
                    }
                }
            } catch (IOException | DirectoryIteratorException e) {
                return own;
            }
        }
        return own;
    }

    private static boolean isEmpty(String process) {
        return read(PROC.resolve(process + "/statm")).startsWith("0 ");
    }

    private static List<Long> children(long pid) {
        List<Long> children = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
            for (Path task : tasks) {
                for (String child : read(task.resolve("children")).strip().split(" ")) {
                    if (!child.isEmpty()) {
                        children.add(Long.parseLong(child));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return children;
        }
        return children;
    }

    private static long residentBytes(long pid) {
        String[] statm = read(PROC.resolve(alive(pid) + "/statm")).split(" ");
        return statm.length > 1 ? Long.parseLong(statm[1]) * 4096 : 0;
    }

    // Reading untouched memory maps the one page of zeros, which counts as nobody's, but takes tables.
    private static long pageTableBytes(long pid) {
        for (String line : lines(alive(pid), "status")) {
            if (line.startsWith("VmPTE:")) {
                return kilobytes(line) * 1024;
            }
        }
        return 0;
    }

    private static String[] statAfterName(long pid) {
        String stat = read(PROC.resolve(pid + "/stat"));
        int end = stat.lastIndexOf(')');
        return end < 0 ? new String[0] : stat.substring(end + 2).split(" ");
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static List<String> lines(String process, String file) {
        return read(PROC.resolve(process + "/" + file)).lines().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
