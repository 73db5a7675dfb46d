package dev.roundelay.worker.workdir;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Takes over what user code left in its `out_dir`, while that code stands still or is gone.
///
/// Each file is copied into a file of the agent's own before anybody reads it. What cannot be taken is left out and
/// named, never an error: the round stands without it. Stateless, thread-safe.
///
/// @param maxFiles files of one folder that are taken
/// @param maxBytes bytes of one folder that are taken
public record OutputCollector(int maxFiles, long maxBytes) {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_PATH = 900;
    private static final int MAX_NAMED = 50;

    /// Returns a collector of at most 10,000 files.
    public static OutputCollector ofBytes(long maxBytes) {
        return new OutputCollector(10_000, maxBytes);
    }

    /// A file that was taken.
    ///
    /// @param path      relative, `/` between its parts, without `.`, `..`, backslashes or control characters
    /// @param file      the agent's own copy
    /// @param sizeBytes its size
    public record OutputFile(String path, Path file, long sizeBytes) {}

    /// What was taken and what was not.
    ///
    /// @param files   in the order of their paths
    /// @param skipped `path: reason`, at most 50
    public record Collected(List<OutputFile> files, List<String> skipped) {
        public Collected {
            files = List.copyOf(files);
            skipped = List.copyOf(skipped);
        }
    }

    /// Copies the files below a folder.
    ///
    /// @param folder a folder that hostile code wrote to; nothing is taken if it is not there
    /// @param target a folder of the agent's own, made if absent; copies get numbers for names
    /// @throws IOException if the agent's own folder cannot be written to
    public Collected collect(Path folder, Path target) throws IOException {
        Files.createDirectories(target);
        Walk walk = new Walk(new UntrustedFolder(folder), target);
        walk.visitAll();
        return new Collected(walk.files, walk.skipped);
    }

    private final class Walk {
        private final UntrustedFolder folder;
        private final Path target;
        private final List<OutputFile> files = new ArrayList<>();
        private final List<String> skipped = new ArrayList<>();
        private long bytes;
        private int seen;

        Walk(UntrustedFolder folder, Path target) {
            this.folder = folder;
            this.target = target;
        }

        private void visitAll() throws IOException {
            try {
                visit("", 0);
            } catch (NotDirectoryException e) {
                skip("out_dir", "no folder any more");
            }
        }

        private void visit(String path, int depth) throws IOException {
            List<UntrustedFolder.Entry> entries;
            try {
                entries = folder.list(path, maxFiles + 1);
            } catch (NoSuchFileException e) {
                return;
            } catch (AccessDeniedException e) {
                skip(path, "not readable");
                return;
            }
            for (UntrustedFolder.Entry entry : entries) {
                String name = path.isEmpty() ? entry.name() : path + "/" + entry.name();
                if (++seen > 4 * maxFiles) {
                    skip(name, "too many entries; the rest is left out");
                    return;
                }
                if (!isPlain(entry.name()) || name.length() > MAX_PATH) {
                    skip(printable(name), "not a plain name");
                } else if (entry.kind() == UntrustedFolder.Kind.OTHER) {
                    skip(name, "no plain file with one name");
                } else if (entry.kind() == UntrustedFolder.Kind.FILE) {
                    take(name);
                } else if (depth == MAX_DEPTH) {
                    skip(name, "folders nested too deeply");
                } else {
                    visitBelow(name, depth + 1);
                }
            }
        }

        private void visitBelow(String name, int depth) throws IOException {
            try {
                visit(name, depth);
            } catch (NotDirectoryException e) {
                skip(name, "no folder any more");
            }
        }

        private void take(String name) throws IOException {
            if (files.size() == maxFiles) {
                skip(name, "more than " + maxFiles + " files");
                return;
            }
            Path copy = target.resolve(Integer.toString(files.size()));
            Files.deleteIfExists(copy);
            try {
                long size = folder.copy(name, copy, maxBytes - bytes);
                bytes += size;
                files.add(new OutputFile(name, copy, size));
            } catch (WorkdirException e) {
                skip(name, "beyond the " + maxBytes + " bytes allowed, or no plain file any more");
            } catch (NoSuchFileException e) {
                skip(name, "gone");
            } catch (AccessDeniedException e) {
                skip(name, "not readable");
            }
        }

        private void skip(String name, String reason) {
            if (skipped.size() < MAX_NAMED) {
                skipped.add(name + ": " + reason);
            }
        }
    }

    private static boolean isPlain(String name) {
        return name.codePoints().noneMatch(c -> c == '\\' || c == 0xFFFD || Character.isISOControl(c));
    }

    private static String printable(String name) {
        String plain = name.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= 200 ? plain : plain.substring(0, 200) + "…";
    }
}
