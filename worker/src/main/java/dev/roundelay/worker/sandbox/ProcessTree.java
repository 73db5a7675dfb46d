package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
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

    /// Returns the first process of the innermost process namespace below `root`, or -1 before there is one.
    static long findInit(long root) {
        for (long pid : descendants(root)) {
            for (String line : lines(pid, "status")) {
                if (line.startsWith("NSpid:")) {
                    String[] pids = line.substring(6).strip().split("\\s+");
                    if (pids.length > 1 && pids[pids.length - 1].equals("1")) {
                        return pid;
                    }
                }
            }
        }
        return -1;
    }

    /// Returns the sum of memory in bytes, exactly if it may be more than `limit`: unshared parts by
    /// proportional set size, shared memory by the larger of what is mapped and what the tmpfs hold. A process
    /// that hides its maps counts with its resident size. Where even the resident sizes, which count shared
    /// pages once for each process, stay within the limit, they are the answer: asking for proportional sizes
    /// makes the kernel walk every page table.
    static long memoryBytes(List<Long> pids, long tmpfsBytes, long limit) {
        long resident = tmpfsBytes;
        for (long pid : pids) {
            resident += residentBytes(pid);
        }
        return resident <= limit ? resident : exactMemoryBytes(pids, tmpfsBytes);
    }

    private static long exactMemoryBytes(List<Long> pids, long tmpfsBytes) {
        long owned = 0;
        long shared = 0;
        for (long pid : pids) {
            long pss = -1;
            long shmem = 0;
            for (String line : lines(pid, "smaps_rollup")) {
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

    /// Returns the bytes that a tmpfs of the sandbox holds, seen through a process of it; 0 if it cannot be
    /// seen.
    static long tmpfsBytes(long pid, String folder) {
        try {
            FileStore store = Files.getFileStore(PROC.resolve(pid + "/root" + folder));
            return store.type().equals("tmpfs") ? store.getTotalSpace() - store.getUnallocatedSpace() : 0;
        } catch (IOException | SecurityException e) {
            return 0;
        }
    }

    /// Returns the bytes of files that have no name any more but are still open.
    static long deletedBytes(List<Long> pids) {
        long bytes = 0;
        Set<Object> seen = new LinkedHashSet<>();
        for (long pid : pids) {
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve(pid + "/fd"))) {
                for (Path descriptor : descriptors) {
                    bytes += deletedBytes(descriptor, seen);
                }
            } catch (IOException | DirectoryIteratorException e) {
                // The process has ended in the meantime.
                continue;
            }
        }
        return bytes;
    }

    private static long deletedBytes(Path descriptor, Set<Object> seen) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            if (target.startsWith("/")
                    && target.endsWith(" (deleted)")
                    && !target.startsWith("/dev/shm/")
                    && !target.startsWith("/tmp/")
                    && !target.startsWith("/memfd:")) {
                Object key = Files.readAttributes(descriptor, java.nio.file.attribute.BasicFileAttributes.class)
                        .fileKey();
                return seen.add(key) ? Files.size(descriptor) : 0;
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
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
        String[] statm = read(PROC.resolve(pid + "/statm")).split(" ");
        return statm.length > 1 ? Long.parseLong(statm[1]) * 4096 : 0;
    }

    private static String[] statAfterName(long pid) {
        String stat = read(PROC.resolve(pid + "/stat"));
        int end = stat.lastIndexOf(')');
        return end < 0 ? new String[0] : stat.substring(end + 2).split(" ");
    }

    private static long kilobytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }

    private static List<String> lines(long pid, String file) {
        return read(PROC.resolve(pid + "/" + file)).lines().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
