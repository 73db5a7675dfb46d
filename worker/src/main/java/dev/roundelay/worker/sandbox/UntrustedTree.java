package dev.roundelay.worker.sandbox;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/// Looks at and removes folders that hostile code writes to, perhaps at this moment.
///
/// Every folder is opened by its name in the folder above that is open already, never through a link, and worked on by
/// its descriptor: whatever is swapped for a link meanwhile, nothing outside is listed, changed or removed. Folders
/// that their owner may not enter are opened to it first. Stateless, thread-safe.
public final class UntrustedTree {
    /// Folders below each other that are looked into. Deeper ones are a limit of the sandbox: each level costs whoever
    /// looks a descriptor.
    static final int DEEPEST = 256;

    // An empty file or folder still costs an inode: this bounds their number as well.
    private static final long COST_OF_AN_ENTRY = 4096;
    private static final int CURRENT_FOLDER = -100; // AT_FDCWD
    private static final int OWNER_ALL = 0700;
    private static final int OWNER_READ = 0400;
    // Only code that goes on writing can keep a removal from its end.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private UntrustedTree() {}

    /// What a folder takes.
    ///
    /// @param bytes of files, folders and their entries; some number above `enough` as soon as that is passed
    /// @param depth folders below each other, at most one more than `DEEPEST`
    record Size(long bytes, int depth) {}

    /// Adds up what lies below a folder: the larger of what a file is called and what it takes.
    static Size size(Path folder, long enough) {
        Sum sum = new Sum(enough);
        int root = open(folder);
        if (root >= 0) {
            sum.add(root, 1);
        }
        return new Size(sum.bytes, sum.depth);
    }

    private static final class Sum {
        private final long enough;
        private long bytes;
        private int depth;

        Sum(long enough) {
            this.enough = enough;
        }

        private void add(int folder, int level) {
            depth = Math.max(depth, level);
            FileStatus.of(folder).ifPresent(this::count);
            Native.readFolder(folder, name -> {
                FileStatus.of(folder, name).ifPresent(status -> {
                    if (!status.isFolder()) {
                        count(status);
                    } else if (level > DEEPEST) {
                        depth = DEEPEST + 1;
                    } else {
                        int below = openFolder(folder, name);
                        if (below >= 0) {
                            add(below, level + 1);
                        }
                    }
                });
                return bytes <= enough && depth <= DEEPEST;
            });
        }

        private void count(FileStatus status) {
            bytes += Math.max(COST_OF_AN_ENTRY, Math.max(status.size(), status.taken()));
        }
    }

    /// Gives a folder and all below it to a user and their group.
    ///
    /// @return whether all of it was given
    static boolean give(Path folder, int uid) {
        int root = open(folder);
        return root >= 0 && give(root, uid, 1);
    }

    private static boolean give(int folder, int uid, int level) {
        boolean[] all = {chown(folder, uid)};
        Native.readFolder(folder, name -> {
            boolean isFolder =
                    FileStatus.of(folder, name).filter(FileStatus::isFolder).isPresent();
            int below = isFolder && level <= DEEPEST ? Native.openFolder(folder, name) : -1;
            all[0] &= isFolder ? below >= 0 && give(below, uid, level + 1) : Native.chown(folder, name, uid);
            return all[0];
        });
        return all[0];
    }

    private static boolean chown(int descriptor, int uid) {
        try (Arena arena = Arena.ofConfined()) {
            return Native.chown(descriptor, arena.allocateFrom(""), uid);
        }
    }

    /// Removes a folder with all below it, however deep.
    ///
    /// @param folder its own path is trustworthy; nothing happens if it is not there
    /// @return whether it is gone
    public static boolean remove(Path folder) {
        int root = open(folder);
        if (root < 0) {
            return removeName(folder);
        }
        Removal removal = new Removal(root);
        try {
            removal.empty();
        } finally {
            Native.close(root);
        }
        return removeName(folder);
    }

    /// Empties a folder level by level: what lies in a folder of the second level is moved up to the first, so that
    /// neither paths nor open folders add up.
    private static final class Removal {
        private final long deadline = System.nanoTime() + PATIENCE.toNanos();
        private final String prefix = ".roundelay-" + UUID.randomUUID() + "-";
        private final int root;
        private long number;
        private long changes;

        Removal(int root) {
            this.root = root;
        }

        void empty() {
            long before = -1;
            while (changes != before && System.nanoTime() < deadline) {
                before = changes;
                int reading = reopen(root);
                if (reading >= 0) {
                    Native.readFolder(reading, this::removeFirstLevel);
                }
            }
        }

        private boolean removeFirstLevel(MemorySegment name) {
            if (changed(Native.unlink(root, name, false))) {
                return true;
            }
            int below = openFolder(root, name);
            if (below >= 0) {
                Native.readFolder(below, inner -> {
                    if (!changed(Native.unlink(below, inner, false))) {
                        moveUp(below, inner);
                    }
                    return System.nanoTime() < deadline;
                });
            }
            changed(Native.unlink(root, name, true));
            return System.nanoTime() < deadline;
        }

        private void moveUp(int from, MemorySegment name) {
            if (changed(Native.unlink(from, name, true))) {
                return;
            }
            allowOwner(from, name);
            try (Arena arena = Arena.ofConfined()) {
                changed(Native.rename(from, name, root, arena.allocateFrom(prefix + number++)));
            }
        }

        private boolean changed(boolean done) {
            changes += done ? 1 : 0;
            return done;
        }
    }

    private static boolean removeName(Path folder) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(folder.toAbsolutePath().toString());
            return Native.unlink(CURRENT_FOLDER, path, true)
                    || Native.unlink(CURRENT_FOLDER, path, false)
                    || FileStatus.of(CURRENT_FOLDER, path).isEmpty();
        }
    }

    private static int open(Path folder) {
        try (Arena arena = Arena.ofConfined()) {
            return openFolder(
                    CURRENT_FOLDER, arena.allocateFrom(folder.toAbsolutePath().toString()));
        }
    }

    private static int reopen(int folder) {
        try (Arena arena = Arena.ofConfined()) {
            return Native.openFolder(folder, arena.allocateFrom("."));
        }
    }

    /// Opens a folder that its owner may change afterwards, or returns -1.
    private static int openFolder(int parent, MemorySegment name) {
        allowOwner(parent, name);
        return Native.openFolder(parent, name);
    }

    private static void allowOwner(int parent, MemorySegment name) {
        int path = Native.openPath(parent, name);
        if (path < 0) {
            return;
        }
        try {
            if (FileStatus.of(path).filter(FileStatus::isFolder).isPresent()) {
                allowOwner(path);
            }
        } finally {
            Native.close(path);
        }
    }

    /// Lets its owner read, change and enter what a descriptor of `Native.openPath` stands for: a folder, or a file
    /// that has no other name.
    public static void allowOwner(int descriptor) {
        FileStatus.of(descriptor)
                .filter(status -> !status.isOpenToOwner())
                .ifPresent(status -> Native.chmod(descriptor, status.isFolder() ? OWNER_ALL : OWNER_READ));
    }
}
