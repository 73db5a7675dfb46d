package dev.roundelay.cli.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How server and worker are started: by the launcher of the distribution, which knows their JVM options, or
/// from the class path of this program where no launcher started it.
public final class Programs {
    private static final String SERVER = "dev.roundelay.server.Main";
    private static final String ADMIN = "dev.roundelay.server.admin.AdminMain";
    private static final String TRIAL = "dev.roundelay.worker.trial.Main";
    private static final String WORKER = "dev.roundelay.worker.Main";

    private final Optional<Path> launcher;

    private Programs(Optional<Path> launcher) {
        this.launcher = launcher;
    }

    /// Returns the programs that belong to this process.
    public static Programs here() {
        return new Programs(
                Optional.ofNullable(System.getProperty("roundelay.launcher")).map(Path::of));
    }

    /// Returns the command line of a server.
    public List<String> server(List<String> options) {
        return command("server", SERVER, options);
    }

    /// Returns the command line of a worker.
    public List<String> worker(List<String> options) {
        return command("worker", WORKER, options);
    }

    /// Returns the command line of an operator's program.
    public List<String> admin(List<String> options) {
        return command("admin", ADMIN, options);
    }

    /// Returns the command line of a trial.
    public List<String> trial(List<String> options) {
        return command("try", TRIAL, options);
    }

    private List<String> command(String name, String mainClass, List<String> options) {
        List<String> command = new ArrayList<>();
        if (launcher.isPresent()) {
            command.add(launcher.get().toString());
            command.add(name);
        } else {
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    mainClass));
        }
        command.addAll(options);
        return List.copyOf(command);
    }
}
