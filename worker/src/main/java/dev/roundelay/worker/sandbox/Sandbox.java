package dev.roundelay.worker.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// Starts programs that nobody trusts. Thread-safe; owns nothing but the small files in its scratch folder.
public final class Sandbox {
    /// The home folder inside a sandbox, on its sized tmpfs.
    public static final String HOME = "/tmp/home";

    private final SandboxConfig config;
    private final ProcessLauncher launcher;
    private final boolean root;

    /// Makes one; nothing is started or checked yet.
    public Sandbox(SandboxConfig config, ProcessLauncher launcher) {
        this.config = config;
        this.launcher = launcher;
        this.root = "root".equals(System.getProperty("user.name"));
    }

    /// Returns how programs are isolated.
    public Isolation isolation() {
        return config.isolation();
    }

    /// Runs an empty sandbox and returns why this machine cannot have one, in words for the operator.
    public Optional<String> findProblem() {
        if (config.isolation() == Isolation.NONE) {
            return Optional.empty();
        }
        if (!Files.isExecutable(config.bubblewrap())) {
            return Optional.of("[sandbox] there is no " + config.bubblewrap()
                    + "; install the package bubblewrap, or start the worker with --isolation none");
        }
        if (config.cgroups()) {
            ControlGroups.sweep();
        }
        SandboxSpec spec = new SandboxSpec(
                "check",
                SandboxSpec.BUILDER,
                List.of("/bin/true"),
                Map.of(),
                List.of(),
                "/",
                List.of(),
                SandboxLimits.ofMemory(1L << 30));
        try (SandboxProcess process = start(spec)) {
            process.stdin().close();
            String said = new String(process.stderr().readNBytes(4096), java.nio.charset.StandardCharsets.UTF_8);
            Exit exit = process.exit().get(30, TimeUnit.SECONDS);
            return exit.equals(new Exit.Exited(0))
                    ? Optional.empty()
                    : Optional.of("[sandbox] bubblewrap cannot run here ("
                            + said.strip().replace('\n', ' ')
                            + "); allow user namespaces, or start the worker with --isolation none");
        } catch (Exception e) {
            return Optional.of("[sandbox] bubblewrap cannot run here: " + e.getMessage()
                    + "; allow user namespaces, or start the worker with --isolation none");
        }
    }

    /// Returns the path by which the sandboxed program knows a mount: without isolation that is the host's own.
    public String path(Mount mount) {
        return config.isolation() == Isolation.NONE ? mount.source().toString() : mount.target();
    }

    /// Makes the uid of a slot the owner of a folder and all below it, so that it can be a writable mount.
    ///
    /// @param uidIndex the slot, or `SandboxSpec.BUILDER`
    public void giveTo(Path folder, int uidIndex) {
        if (!root || config.isolation() == Isolation.NONE) {
            return;
        }
        if (!UntrustedTree.give(folder, config.firstUid() + uidIndex)) {
            throw new UncheckedIOException(new IOException("[sandbox] cannot hand over " + folder
                    + "; check that the worker's data folder is on a local disk that keeps owners"));
        }
    }

    /// Lets every uid read a file, or a folder and all below it, so that it can be a read-only mount; a link is left
    /// as it is. The folders above keep it from other users of the machine.
    public void show(Path folder) {
        if (!root || config.isolation() == Isolation.NONE || Files.isSymbolicLink(folder)) {
            return;
        }
        forEach(folder, path -> {
            if (!Files.isSymbolicLink(path)) {
                Set<PosixFilePermission> modes = EnumSet.copyOf(Files.getPosixFilePermissions(path));
                Set<PosixFilePermission> wanted = EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ);
                if (Files.isDirectory(path)) {
                    wanted.add(PosixFilePermission.OWNER_EXECUTE);
                    wanted.add(PosixFilePermission.GROUP_EXECUTE);
                    wanted.add(PosixFilePermission.OTHERS_EXECUTE);
                }
                if (modes.addAll(wanted)) {
                    Files.setPosixFilePermissions(path, modes);
                }
            }
        });
    }

    private interface PathAction {
        void run(Path path) throws IOException;
    }

    private static void forEach(Path folder, PathAction action) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                    action.run(dir);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    action.run(file);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("[sandbox] cannot hand over " + folder, e);
        }
    }

    /// Starts a program. The caller must read both outputs, or the program stands still when a pipe is full.
    ///
    /// @throws SandboxException if the sandbox cannot be made
    public SandboxProcess start(SandboxSpec spec) {
        String unique = spec.name() + "-" + UUID.randomUUID().toString().substring(0, 8);
        Path folder = config.scratch().resolve(unique);
        ControlGroups groups =
                config.cgroups() ? ControlGroups.create(unique, spec.limits().memoryBytes()) : ControlGroups.none();
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(command(spec, folder, groups));
            builder.environment().clear();
            if (config.isolation() == Isolation.NONE) {
                builder.environment().putAll(spec.environment());
                builder.directory(Path.of(spec.directory()).toFile());
            } else {
                builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            }
            Process process = launcher.start(builder);
            return new SandboxProcess(process, spec, config.isolation(), groups, folder);
        } catch (IOException e) {
            groups.close();
            throw new SandboxException("[sandbox " + spec.name() + "] " + e.getMessage(), e);
        }
    }

    private List<String> command(SandboxSpec spec, Path folder, ControlGroups groups) throws IOException {
        String entrances = groups.entrances();
        if (config.isolation() == Isolation.NONE) {
            List<String> line = new ArrayList<>(
                    List.of("/bin/sh", "-c", BubblewrapCommand.ENTER + " shift; exec \"$@\"", "roundelay", entrances));
            line.addAll(List.of("setsid", "setpriv", "--pdeathsig", "KILL"));
            line.addAll(BubblewrapCommand.limited(spec));
            return line;
        }
        // A processor group counts all sessions of a sandbox as one; without it, there may be one only.
        byte[] program = SeccompFilter.program(
                System.getProperty("os.arch"), groups.cpu().isPresent());
        Path filter = Files.write(folder.resolve("filter"), program);
        Path passwd = Files.writeString(folder.resolve("passwd"), "job:x:1000:1000::" + HOME + ":/bin/sh\n");
        return new BubblewrapCommand(config, root)
                .of(spec, entrances, filter, passwd, folder.resolve(SandboxProcess.INFO));
    }
}
