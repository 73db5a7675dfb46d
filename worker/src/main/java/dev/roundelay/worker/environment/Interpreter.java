package dev.roundelay.worker.environment;

import com.fasterxml.jackson.databind.JsonNode;
import dev.roundelay.contract.Json;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A worker's base interpreter, which every environment is layered over.
///
/// @param executable   as the operator named it, absolute, links kept (a virtual environment's `bin/python` is one)
/// @param version      such as `3.11.7`
/// @param virtual      whether it is itself a virtual environment
/// @param folders      folders outside `/usr` that it needs to read
/// @param sitePackages folders that its packages lie in
/// @param packages     versions of its installed distributions by normalised name
/// @param markers      PEP 508 environment markers by name
public record Interpreter(
        Path executable,
        String version,
        boolean virtual,
        List<Path> folders,
        List<Path> sitePackages,
        Map<String, String> packages,
        Map<String, String> markers) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String QUESTION = """
            import importlib.metadata, json, os, platform, re, sys, sysconfig, site
            packages = {}
            for d in importlib.metadata.distributions():
                try:
                    packages.setdefault(re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower(), d.version)
                except Exception:
                    pass
            folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable))}
            paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
            packs = [p for p in sys.path if p and os.path.isdir(p) and p.rstrip("/").endswith("-packages")]
            v = platform.python_version()
            print(json.dumps({"version": v, "virtual": sys.prefix != sys.base_prefix, "folders": sorted(folders),
                "packs": packs, "packages": packages, "markers": {
                "implementation_name": sys.implementation.name, "implementation_version": v, "os_name": os.name,
                "platform_machine": platform.machine(), "platform_python_implementation": platform.python_implementation(),
                "platform_release": platform.release(), "platform_system": platform.system(),
                "platform_version": platform.version(), "python_full_version": v,
                "python_version": ".".join(v.split(".")[:2]), "sys_platform": sys.platform, "extra": ""}}))
            """;

    public Interpreter {
        folders = List.copyOf(folders);
        sitePackages = List.copyOf(sitePackages);
        packages = Map.copyOf(packages);
        markers = Map.copyOf(markers);
    }

    /// Runs an interpreter and asks it about itself.
    ///
    /// @throws IOException if it cannot be run or is older than 3.9
    public static Interpreter probe(Path executable, ProcessLauncher launcher) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(executable.toString(), "-s", "-c", QUESTION);
        builder.environment().clear();
        builder.environment().put("LANG", "C.UTF-8");
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = launcher.start(builder);
        try {
            process.getOutputStream().close();
            byte[] said = process.getInputStream().readAllBytes();
            if (!process.waitFor(PATIENCE) || process.exitValue() != 0) {
                throw new IOException("[--python " + executable + "] did not answer; name a working Python");
            }
            return parse(executable, Json.lenient().readTree(new String(said, StandardCharsets.UTF_8)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("[--python " + executable + "] interrupted; start the worker again", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Returns this interpreter as an environment of its own.
    public PythonEnvironment asEnvironment() {
        return new PythonEnvironment(executable, folders, version);
    }

    private static Interpreter parse(Path executable, JsonNode answer) throws IOException {
        String version = answer.path("version").asText();
        String[] parts = version.split("\\.");
        if (parts.length < 2 || !parts[0].equals("3") || Integer.parseInt(parts[1]) < 9) {
            throw new IOException(
                    "[--python " + executable + "] is Python " + version + "; name a Python 3.9 or newer");
        }
        Path absolute = executable.toAbsolutePath().normalize();
        Set<Path> folders = new LinkedHashSet<>();
        for (JsonNode folder : answer.path("folders")) {
            addOutsideUsr(folders, Path.of(folder.asText()));
        }
        List<Path> packs = new ArrayList<>();
        for (JsonNode pack : answer.path("packs")) {
            packs.add(Path.of(pack.asText()));
            addOutsideUsr(folders, Path.of(pack.asText()));
        }
        if (!Files.isSymbolicLink(absolute) || !Files.exists(absolute)) {
            addOutsideUsr(folders, absolute.resolveSibling(""));
        }
        return new Interpreter(
                absolute,
                version,
                answer.path("virtual").asBoolean(),
                withoutNested(folders),
                packs,
                strings(answer.path("packages")),
                strings(answer.path("markers")));
    }

    private static void addOutsideUsr(Set<Path> folders, Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        if (!absolute.startsWith("/usr") && !absolute.startsWith("/bin") && absolute.getNameCount() > 0) {
            folders.add(absolute);
        }
    }

    private static List<Path> withoutNested(Set<Path> folders) {
        return folders.stream()
                .filter(one -> folders.stream().noneMatch(other -> !other.equals(one) && one.startsWith(other)))
                .toList();
    }

    private static Map<String, String> strings(JsonNode node) {
        Map<String, String> strings = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            strings.put(entry.getKey(), entry.getValue().asText());
        }
        return strings;
    }
}
