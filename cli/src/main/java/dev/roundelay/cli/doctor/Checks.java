package dev.roundelay.cli.doctor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks at a machine: is everything here that server and workers need?
final class Checks {
    private static final long LITTLE_DISK_BYTES = 5L << 30;

    private final Path data;
    private final String python;
    private final List<Integer> ports;

    Checks(Path data, String python, List<Integer> ports) {
        this.data = data;
        this.python = python;
        this.ports = List.copyOf(ports);
    }

    List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java());
        findings.add(python());
        findings.add(torch());
        findings.add(bubblewrap());
        ports.forEach(port -> findings.add(port(port)));
        findings.add(disk());
        return List.copyOf(findings);
    }

    /// Returns what a worker needs. That torch is missing is no fault: jobs may name it in their requirements.
    ///
    /// @param sandboxed whether user code is to run in bubblewrap
    List<Finding> ofWorker(boolean sandboxed) {
        List<Finding> findings = new ArrayList<>(List.of(java(), python()));
        Finding torch = torch();
        findings.add(
                torch.ok()
                        ? torch
                        : Finding.good("torch", torch.found() + "; jobs have to name it in their requirements.txt"));
        if (sandboxed) {
            findings.add(bubblewrap());
        }
        findings.add(disk());
        return List.copyOf(findings);
    }

    private static Finding java() {
        String version = Runtime.version().toString();
        return Runtime.version().feature() >= 25
                ? Finding.good("Java", version)
                : Finding.bad("Java", version, "install a JDK or JRE 25 and set JAVA_HOME to it");
    }

    private Finding python() {
        Optional<String> version =
                Probe.run(List.of(python, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"));
        if (version.isEmpty()) {
            return Finding.bad(
                    "Python", python + " does not run", "install Python 3.9 or newer, or give --python PATH");
        }
        boolean old = version.get().matches("2\\..*|3\\.[0-8]\\..*");
        return old
                ? Finding.bad("Python", version.get(), "jobs need Python 3.9 or newer; give --python PATH")
                : Finding.good("Python", version.get() + " (" + python + ")");
    }

    private Finding torch() {
        Optional<String> version = Probe.run(List.of(
                python,
                "-c",
                "import torch, numpy; print(torch.__version__, 'cuda' if torch.cuda.is_available() else 'cpu')"));
        return version.map(found -> Finding.good("torch", found))
                .orElseGet(() -> Finding.bad(
                        "torch",
                        "not found by " + python,
                        "install torch and numpy for it, or give the workers another Python with --python PATH"));
    }

    private static Finding bubblewrap() {
        if (Probe.run(List.of("bwrap", "--version")).isEmpty()) {
            return Finding.bad("bubblewrap", "bwrap not found", "install the package bubblewrap");
        }
        boolean works = Probe.run(List.of(
                        "bwrap",
                        "--unshare-user",
                        "--unshare-pid",
                        "--unshare-net",
                        "--ro-bind",
                        "/",
                        "/",
                        "--proc",
                        "/proc",
                        "/bin/true"))
                .isPresent();
        return works
                ? Finding.good("bubblewrap", "makes sandboxes")
                : Finding.bad(
                        "bubblewrap",
                        "is there, but cannot make a sandbox",
                        "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or"
                                + " kernel.apparmor_restrict_unprivileged_userns=0), in a container run it with that right");
    }

    private static Finding port(int port) {
        if (port == 0) {
            return Finding.good("port 0", "a free one will be picked");
        }
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return Finding.good("port " + socket.getLocalPort(), "free");
        } catch (IOException e) {
            return Finding.bad(
                    "port " + port,
                    "cannot be opened: " + e.getMessage(),
                    "end what uses it, or choose another with --port and --s3-port (0 picks a free one)");
        }
    }

    private Finding disk() {
        Path existing = data.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            FileStore store = Files.getFileStore(existing);
            String free = (store.getUsableSpace() >> 20) + " MB free at " + existing;
            if (!Files.isWritable(existing)) {
                return Finding.bad("disk", existing + " is not writable", "choose another folder with --data-dir");
            }
            return store.getUsableSpace() >= LITTLE_DISK_BYTES
                    ? Finding.good("disk", free)
                    : Finding.bad("disk", free, "free some space, or choose another folder with --data-dir");
        } catch (IOException e) {
            return Finding.bad("disk", existing + ": " + e.getMessage(), "choose another folder with --data-dir");
        }
    }
}
