package dev.roundelay.federation.spool;

import dev.roundelay.federation.Contribution;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.job.JobId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The folder of accepted updates, `<job>/<round>/<name>`, and of encoded models, `<job>/models/<number>`, of this
/// server alone. Nothing in it is ever synced to the disk: what a power cut takes is asked for, trained or made again.
/// Thread-safe.
public final class Spool {
    private static final int BLOCK_BYTES = 1 << 20;

    private final Path root;
    private final RandomGenerator random;

    /// Uses a folder, which may not exist yet; it must be on a local disk.
    ///
    /// @param random makes file names unique
    public Spool(Path root, RandomGenerator random) {
        this.root = root;
        this.random = random;
    }

    /// Returns the path of a new file for one upload; its folder exists.
    public Path newFile(JobId job, int round, AssignmentId assignment) throws IOException {
        Path folder = folder(job, round);
        Files.createDirectories(folder);
        return folder.resolve(assignment.value() + "-" + HexFormat.of().toHexDigits(random.nextLong()));
    }

    /// Returns the path of a global model as it travels; its folder exists.
    public Path modelFile(JobId job, int number) throws IOException {
        Path folder = root.resolve(job.value()).resolve("models");
        Files.createDirectories(folder);
        return folder.resolve(Integer.toString(number));
    }

    /// Returns the name under which a file is recorded.
    public String name(Path file) {
        return root.relativize(file).toString();
    }

    /// Returns the file of a recorded name.
    public Path file(String name) {
        Path file = root.resolve(name).normalize();
        if (!file.startsWith(root)) {
            throw new IllegalArgumentException("[spool] '%s' leads out of the folder".formatted(name));
        }
        return file;
    }

    /// Tells whether an accepted update is here and whole: size and checksum are those of its row.
    public boolean isIntact(Contribution contribution) throws IOException {
        Path file = file(contribution.file());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != contribution.sizeBytes()) {
                return false;
            }
            return crc32c(channel) == contribution.crc32c();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /// Removes a file; one that is not there is no error.
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /// Removes everything of a round.
    public void deleteRound(JobId job, int round) throws IOException {
        deleteTree(folder(job, round));
    }

    /// Removes everything of a job.
    public void deleteJob(JobId job) throws IOException {
        deleteTree(root.resolve(job.value()));
    }

    /// Removes what belongs to other jobs than the live ones.
    ///
    /// @param live asked after the folder was looked at: a job that begins meanwhile keeps its files
    public void keepOnly(Supplier<Set<JobId>> live) throws IOException {
        if (!Files.isDirectory(root)) {
            return;
        }
        List<Path> folders;
        try (Stream<Path> children = Files.list(root)) {
            folders = children.toList();
        }
        Set<JobId> jobs = live.get();
        for (Path folder : folders) {
            if (!jobs.contains(new JobId(folder.getFileName().toString()))) {
                deleteTree(folder);
            }
        }
    }

    private Path folder(JobId job, int round) {
        return root.resolve(job.value()).resolve(Integer.toString(round));
    }

    private static long crc32c(FileChannel channel) throws IOException {
        var crc = new CRC32C();
        var block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        while (channel.read(block) >= 0) {
            crc.update(block.flip());
            block.clear();
        }
        return crc.getValue();
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path left, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                // A late upload may just be creating its file here; it is swept with the job.
                try {
                    Files.deleteIfExists(left);
                } catch (DirectoryNotEmptyException late) {
                    return FileVisitResult.CONTINUE;
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
