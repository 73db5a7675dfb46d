package dev.roundelay.worker.environment;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.requirement.Requirement;
import dev.roundelay.contract.requirement.RequirementException;
import dev.roundelay.contract.requirement.Requirements;
import dev.roundelay.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The environments of a worker: built once, sealed, reused, and removed when they take too much room. Thread-safe.
///
/// `environments/<key>/` is an environment, `environments/<key>.ready` says that it is complete, how large it is and,
/// by its time, when it was last used. A folder without that file is left from a build that broke off.
/// `downloads/<owner>/` is what an owner's builds have fetched, so that the next one need not; it is bounded in the
/// same way.
public final class EnvironmentStore {
    private final EnvironmentConfig config;
    private final Interpreter interpreter;
    private final Sandbox sandbox;
    private final InstantSource clock;
    private final Path folder;
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();
    private final Map<String, Integer> inUse = new HashMap<>();

    /// Makes one; nothing is read or written yet.
    public EnvironmentStore(EnvironmentConfig config, Interpreter interpreter, Sandbox sandbox, InstantSource clock) {
        this.config = config;
        this.interpreter = interpreter;
        this.sandbox = sandbox;
        this.clock = clock;
        this.folder = config.folder().resolve("environments");
    }

    /// An environment that stays while it is open.
    ///
    /// @param isReused whether nothing had to be built
    public record Lease(PythonEnvironment python, boolean isReused, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /// Removes what broken-off builds left. Call it once, before the first `obtain`.
    public void start() throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.filter(Files::isDirectory).toList()) {
                if (!Files.exists(ready(entry.getFileName().toString()))) {
                    SealedTree.delete(entry);
                }
            }
        }
    }

    /// Returns the environment for a job, building it if need be. Blocks; interruption stops the build.
    ///
    /// Nothing is built where the base interpreter satisfies every line: then it is the environment itself.
    ///
    /// @param owner        whose job it is: environments are never shared between users
    /// @param lines        requirement lines
    /// @param needsNvflare whether `nvflare` itself must be importable, named or not; else it counts as satisfied
    /// @param log          gets the installer's lines
    public Lease obtain(String owner, List<String> lines, boolean needsNvflare, Consumer<String> log)
            throws EnvironmentException, IOException, InterruptedException {
        List<Requirement> missing = missing(lines, needsNvflare);
        if (missing.isEmpty()) {
            return new Lease(interpreter.asEnvironment(), true, () -> {});
        }
        String key = key(owner, missing);
        ReentrantLock lock = locks.computeIfAbsent(key, _ -> new ReentrantLock());
        lock.lockInterruptibly();
        try {
            hold(key);
            boolean reused = Files.exists(ready(key));
            if (!reused) {
                build(owner, key, missing, log);
            }
            Files.setLastModifiedTime(ready(key), FileTime.from(clock.instant()));
            return new Lease(environment(key), reused, () -> release(key));
        } catch (EnvironmentException | IOException | InterruptedException | RuntimeException e) {
            release(key);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /// Returns the lines that the base interpreter does not satisfy already.
    List<Requirement> missing(List<String> lines, boolean needsNvflare) throws EnvironmentException {
        try {
            return Requirements.parse(needsNvflare ? withNvflare(lines) : lines).stream()
                    .filter(requirement -> requirement.applies(interpreter.markers()))
                    .filter(requirement -> needsNvflare || !requirement.name().equals("nvflare"))
                    .filter(requirement ->
                            !requirement.isSatisfiedBy(interpreter.packages().get(requirement.name())))
                    .sorted(Comparator.comparing(Requirement::toString))
                    .toList();
        } catch (RequirementException e) {
            throw new EnvironmentException(FailureReason.REQUIREMENTS_UNRESOLVABLE, String.valueOf(e.getMessage()), "");
        }
    }

    private static List<String> withNvflare(List<String> lines) throws RequirementException {
        boolean named = Requirements.parse(lines).stream()
                .anyMatch(requirement -> requirement.name().equals("nvflare"));
        return named
                ? lines
                : Stream.concat(lines.stream(), Stream.of("nvflare")).toList();
    }

    private void build(String owner, String key, List<Requirement> missing, Consumer<String> log)
            throws EnvironmentException, IOException, InterruptedException {
        Path target = folder.resolve(key);
        Path downloads = downloads(owner);
        SealedTree.delete(target);
        hold(downloads.toString());
        try {
            new EnvironmentBuilder(config, interpreter, sandbox).build(target, downloads, missing, log);
        } catch (EnvironmentException | IOException | InterruptedException | RuntimeException e) {
            SealedTree.delete(target);
            throw e;
        } finally {
            release(downloads.toString());
        }
        long bytes = SealedTree.seal(target);
        Files.writeString(ready(key), Long.toString(bytes));
        removeLeastRecentlyUsed();
        boundDownloads(downloads);
    }

    /// Downloads may take as much room as environments. An owner's go as a whole, the longest unused first: what is in
    /// them is pip's affair. Those of a build under way stay.
    private void boundDownloads(Path latest) throws IOException {
        if (Files.isDirectory(latest)) {
            Files.setLastModifiedTime(latest, FileTime.from(clock.instant()));
        }
        Path all = latest.getParent();
        if (all == null || !Files.isDirectory(all)) {
            return;
        }
        List<Path> oldestFirst;
        try (Stream<Path> owners = Files.list(all)) {
            oldestFirst = owners.sorted(Comparator.comparing(EnvironmentStore::lastUsed))
                    .toList();
        }
        Map<Path, Long> sizes = new HashMap<>();
        for (Path owner : oldestFirst) {
            sizes.put(owner, SealedTree.bytes(owner));
        }
        long total = sizes.values().stream().mapToLong(Long::longValue).sum();
        for (Path owner : oldestFirst) {
            if (total <= config.maxBytes()) {
                return;
            }
            if (!isHeld(owner.toString())) {
                SealedTree.delete(owner);
                total -= sizes.getOrDefault(owner, 0L);
            }
        }
    }

    private void removeLeastRecentlyUsed() throws IOException {
        List<Path> oldestFirst;
        try (Stream<Path> entries = Files.list(folder)) {
            oldestFirst = entries.filter(path -> path.toString().endsWith(".ready"))
                    .sorted(Comparator.comparing(EnvironmentStore::lastUsed))
                    .toList();
        }
        long total = 0;
        for (Path ready : oldestFirst) {
            total += Long.parseLong(Files.readString(ready).strip());
        }
        for (Path ready : oldestFirst) {
            String key = ready.getFileName().toString().replace(".ready", "");
            if (total <= config.maxBytes()) {
                return;
            }
            if (!isHeld(key)) {
                total -= Long.parseLong(Files.readString(ready).strip());
                Files.delete(ready);
                SealedTree.delete(folder.resolve(key));
            }
        }
    }

    private PythonEnvironment environment(String key) {
        Path home = folder.resolve(key);
        List<Path> folders =
                Stream.concat(Stream.of(home), interpreter.folders().stream()).toList();
        return new PythonEnvironment(home.resolve("bin/python"), folders, interpreter.version());
    }

    private String key(String owner, List<Requirement> missing) {
        return hash(String.join(
                "\n",
                owner,
                interpreter.executable().toString(),
                interpreter.version(),
                new TreeMap<>(interpreter.packages()).toString(),
                config.index().source(),
                missing.toString()));
    }

    // A user's own cache: what one user's build may have written, no other user installs.
    private Path downloads(String owner) {
        return config.folder().resolve("downloads").resolve(hash(owner));
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("[environment] every JVM has SHA-256", e);
        }
    }

    private Path ready(String key) {
        return folder.resolve(key + ".ready");
    }

    private void hold(String key) {
        synchronized (inUse) {
            inUse.merge(key, 1, Integer::sum);
        }
    }

    private void release(String key) {
        synchronized (inUse) {
            inUse.computeIfPresent(key, (_, count) -> count > 1 ? count - 1 : null);
        }
    }

    private boolean isHeld(String key) {
        synchronized (inUse) {
            return inUse.containsKey(key);
        }
    }

    private static FileTime lastUsed(Path ready) {
        try {
            return Files.getLastModifiedTime(ready);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }
}
