package dev.roundelay.worker.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A machine's GPUs for tests, as far as programs can see them: a `nvidia-smi` that prints prepared lines, device
/// nodes,
/// the driver's folder below `/proc`, and a Python whose torch has the same GPUs. All of it may change at any time.
public final class FakeGpus {
    private static final String TORCH = """
            import os

            __version__ = "9.9.9+stand.in"
            _here = os.path.dirname(os.path.abspath(__file__))

            class version:
                cuda = "12.8"

            class Tensor:
                pass

            class nn:
                class Module:
                    pass

            def manual_seed(seed):
                pass

            def set_num_threads(count):
                pass

            def _read(name):
                with open(os.path.join(_here, name)) as file:
                    return [line.split(" ", 1) for line in file.read().splitlines()]

            def _seen():
                wanted = os.environ.get("CUDA_VISIBLE_DEVICES", "")
                for uuid, node in _read("gpus.txt"):
                    if uuid == wanted and os.path.exists(node):
                        return uuid
                return None

            class _Numbers:
                def __init__(self, count, value=1.0):
                    self.count, self.value = count, value
                def __mul__(self, factor):
                    return _Numbers(self.count, self.value * factor)
                def sum(self):
                    return _Numbers(1, self.count * self.value)
                def item(self):
                    return self.value

            def ones(count, device):
                for uuid, error in _read("broken.txt"):
                    if uuid == _seen():
                        raise RuntimeError(error)
                return _Numbers(count)

            class cuda:
                def is_available():
                    return _seen() is not None
                def mem_get_info():
                    return 20 << 30, 24 << 30
            """;

    private final Path folder;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final Map<String, String> broken = new LinkedHashMap<>();
    private final List<String> torch = new ArrayList<>();
    private int code;
    private Duration period = Duration.ofHours(1);

    /// Makes a machine without GPUs.
    ///
    /// @param folder empty; made readable for everybody, as the nodes of real devices are
    public FakeGpus(Path folder) throws IOException {
        this.folder = folder;
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String node : List.of("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools")) {
            makeNode(node);
        }
        program();
        write("listing.csv", "");
    }

    private void program() throws IOException {
        Path program = Files.writeString(folder.resolve("nvidia-smi"), """
                #!/bin/sh
                read -r code <%1$s/code
                case "$*" in
                *mig.mode.current*) [ ! -e %1$s/old ] || {
                    echo 'Field "mig.mode.current" is not a valid field to query.'
                    exit 2
                } ;;
                esac
                cat %1$s/listing.csv
                exit "$code"
                """.formatted(folder));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        write("code", "0\n");
    }

    /// Returns settings that find them; a GPU in quarantine is proved again after a moment.
    public GpuSettings settings() {
        return new GpuSettings(
                folder.resolve("nvidia-smi").toString(),
                folder.resolve("dev"),
                folder.resolve("proc"),
                period,
                Duration.ofMillis(100),
                Duration.ofSeconds(30));
    }

    /// Adds a GPU, or changes what is said of one.
    public FakeGpus gpu(int index, int minor, String uuid, long freeMb) {
        String bus = String.format(Locale.ROOT, "%02X", index + 1);
        lines.put(
                uuid,
                index + ", " + uuid + ", 00000000:" + bus + ":00.0, NVIDIA GeForce RTX 4090, 24564, " + freeMb
                        + ", 3, 41, 570.10, [N/A]");
        try {
            makeNode("nvidia" + minor);
            Path information = folder.resolve("proc/driver/nvidia/gpus/0000:" + bus.toLowerCase(Locale.ROOT) + ":00.0");
            Files.createDirectories(information);
            Files.writeString(information.resolve("information"), """
                    Model: \t\t NVIDIA GeForce RTX 4090
                    GPU UUID: \t GPU-????????-????-????-????-????????????
                    Device Minor: \t %d
                    """.formatted(minor));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String seen = uuid + " " + folder.resolve("dev/nvidia" + minor);
        if (!torch.contains(seen)) {
            torch.add(seen);
        }
        return publish();
    }

    /// Adds a line of the listing as it is.
    public FakeGpus line(String line) {
        lines.put(line, line);
        return publish();
    }

    /// Has GPUs that nobody uses proved so often.
    public FakeGpus every(Duration time) {
        period = time;
        return this;
    }

    /// Has a driver that has never heard of MIG.
    public FakeGpus old() {
        write("old", "");
        return this;
    }

    /// Lets a GPU be listed no more.
    public FakeGpus vanish(String uuid) {
        lines.remove(uuid);
        return publish();
    }

    /// Lets CUDA fail on a GPU with this error.
    public FakeGpus breakDown(String uuid, String error) {
        broken.put(uuid, error);
        return publish();
    }

    /// Lets CUDA work on a GPU again.
    public FakeGpus mend(String uuid) {
        broken.remove(uuid);
        return publish();
    }

    /// Lets `nvidia-smi` print this and end with that code.
    public FakeGpus fail(String text, int with) {
        lines.clear();
        code = with;
        return line(text);
    }

    /// Returns a Python whose torch has these GPUs, over the distribution's.
    public Path python() throws Exception {
        Path environment = folder.resolve("python");
        Process process = new ProcessBuilder(
                        "/usr/bin/python3",
                        "-m",
                        "venv",
                        "--system-site-packages",
                        "--without-pip",
                        environment.toString())
                .inheritIO()
                .start();
        if (process.waitFor() != 0) {
            throw new AssertionError("no virtual environment can be made");
        }
        try (var folders = Files.newDirectoryStream(environment.resolve("lib"), "python3*")) {
            Path site = folders.iterator().next().resolve("site-packages");
            Files.createSymbolicLink(folder.resolve("torch"), Files.createDirectory(site.resolve("torch")));
        }
        write("torch/__init__.py", TORCH);
        publish();
        return environment.resolve("bin/python");
    }

    private void makeNode(String name) throws IOException {
        Path node = folder.resolve("dev").resolve(name);
        Files.createDirectories(folder.resolve("dev"));
        if (!Files.exists(node)) {
            Files.createFile(node);
        }
    }

    private FakeGpus publish() {
        write("listing.csv", String.join("\n", lines.values()) + "\n");
        write("code", code + "\n");
        if (Files.exists(folder.resolve("torch"))) {
            write("torch/gpus.txt", String.join("\n", torch));
            List<String> errors = new ArrayList<>();
            broken.forEach((uuid, error) -> errors.add(uuid + " " + error));
            write("torch/broken.txt", String.join("\n", errors));
        }
        return this;
    }

    private void write(String name, String text) {
        try {
            Path next = Files.writeString(folder.resolve(name + ".next"), text);
            Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
