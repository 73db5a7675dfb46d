package dev.roundelay.server.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The words before a command of PostgreSQL, which refuses to run as root, and their working folder's owner.
///
/// As root the command runs in a user namespace of its own: the files stay root's, and the process has no rights beyond
/// them. Where the machine forbids namespaces it runs as nobody, to whom the folder is given. In either case it leaves
/// the session of the server, so that a Ctrl-C at the terminal reaches the server first.
record UnprivilegedCommand(List<String> prefix, boolean givesFolderAway) {
    private static final int NOBODY = 65_534;

    UnprivilegedCommand {
        prefix = List.copyOf(prefix);
    }

    /// Looks at the machine and at who we are.
    static UnprivilegedCommand find() throws IOException {
        List<String> prefix = new ArrayList<>();
        if (succeeds("setsid", "true")) {
            prefix.add("setsid");
        }
        if (!isRoot()) {
            return new UnprivilegedCommand(prefix, false);
        }
        if (succeeds("unshare", "-U", "true")) {
            prefix.addAll(List.of("unshare", "-U"));
            return new UnprivilegedCommand(prefix, false);
        }
        if (succeeds(asNobody("true"))) {
            prefix.addAll(List.of(asNobody()));
            return new UnprivilegedCommand(prefix, true);
        }
        throw new IOException("[postgresql] it refuses to run as root, and neither unshare nor setpriv works here; "
                + "start the server as another user, or give a database with --database-url");
    }

    /// Returns the whole command.
    List<String> of(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /// Lets the process into a folder: its parents become passable, and the folder its own.
    void admit(Path folder) throws IOException {
        if (!givesFolderAway) {
            return;
        }
        run("chmod", "o+x", folder.resolve("..").normalize().toString());
        run("chown", "-R", NOBODY + ":" + NOBODY, folder.toString());
        if (!succeeds(asNobody("test", "-x", folder + "/."))) {
            throw new IOException(
                    "[--data-dir] this machine forbids namespaces, so PostgreSQL runs as the user nobody, who"
                            + " cannot reach " + folder
                            + "; give a --data-dir elsewhere, such as below /srv, or let others pass"
                            + " its parents (chmod o+x)");
        }
    }

    private static String[] asNobody(String... command) {
        return Stream.concat(
                        Stream.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"),
                        Stream.of(command))
                .toArray(String[]::new);
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static void run(String... command) throws IOException {
        if (!succeeds(command)) {
            throw new IOException("[postgresql] %s failed".formatted(String.join(" ", command)));
        }
    }

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
