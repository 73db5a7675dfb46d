package dev.roundelay.cli.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.cli.ExitCodes;
import dev.roundelay.contract.Json;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `roundelay doctor`: what is wrong with this machine, and what to do.
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Checks Java, Python, torch, bubblewrap, ports and disk; exits 1 if something is wrong.")
public final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--data-dir", paramLabel = "DIR", description = "Where the data would be kept.")
    @Nullable
    private Path dataDir;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            defaultValue = "python3",
            description = "Python of the workers (default: python3).")
    private String python = "python3";

    @Option(names = "--port", paramLabel = "N", defaultValue = "8000", description = "Default: 8000.")
    private int port;

    @Option(names = "--s3-port", paramLabel = "N", defaultValue = "3900", description = "Default: 3900.")
    private int s3Port;

    @Option(names = "--worker", description = "Check only what a worker needs: no ports; jobs may bring torch.")
    private boolean worker;

    @Option(
            names = "--isolation",
            paramLabel = "KIND",
            defaultValue = "bubblewrap",
            description = "bubblewrap (default) or none, as the worker will be started.")
    private String isolation = "bubblewrap";

    @Option(names = "--json", description = "Print JSON instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws JsonProcessingException {
        Path data = dataDir == null ? Path.of(System.getProperty("user.home")) : dataDir;
        Checks checks = new Checks(data, python, List.of(port, s3Port));
        List<Finding> findings = worker ? checks.ofWorker(!isolation.equals("none")) : checks.all();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.lenient().writeValueAsString(Map.of("items", findings)));
        } else {
            findings.forEach(finding -> out.println(text(finding)));
        }
        out.flush();
        return findings.stream().allMatch(Finding::ok) ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static String text(Finding finding) {
        String line = (finding.ok() ? "ok     " : "WRONG  ") + finding.what() + ": " + finding.found();
        return finding.ok() ? line : line + "\n       -> " + finding.remedy();
    }
}
