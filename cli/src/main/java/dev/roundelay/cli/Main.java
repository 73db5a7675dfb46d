package dev.roundelay.cli;

import dev.roundelay.cli.doctor.DoctorCommand;
import dev.roundelay.cli.up.UpCommand;
import dev.roundelay.contract.Json;
import dev.roundelay.sdk.RoundelayException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/// The program `roundelay`.
@Command(
        name = "roundelay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        subcommands = {
            UpCommand.class,
            ServerCommand.class,
            WorkerCommand.class,
            TryCommand.class,
            LoginCommand.class,
            SimulateCommand.class,
            SubmitCommand.class,
            JobsCommand.class,
            LogsCommand.class,
            ExportCommand.class,
            FilesCommand.class,
            WorkersCommand.class,
            KeysCommand.class,
            DoctorCommand.class,
            AdminCommand.class,
            StatusCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            VerifyCommand.class,
        },
        footer = {
            "",
            "URL and key come from --url and --api-key-file, ROUNDELAY_URL and ROUNDELAY_API_KEY, or `roundelay login`.",
            "Exit codes: 0 done, 1 failed, 2 wrong use, 3 no connection, 4 not allowed, 5 not found, 6 conflict,",
            "10 the job failed, 11 the job was cancelled."
        },
        description = "Federated training jobs on your own machines.")
public final class Main {
    /// Starts the program.
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setDefaultValueProvider(new EnvironmentDefaults(System.getenv()))
                .setExecutionExceptionHandler(Main::explain);
    }

    private static int explain(Exception exception, CommandLine line, ParseResult parsed) throws Exception {
        PrintWriter err = line.getErr();
        if (!(exception instanceof RoundelayException error)) {
            err.println("[roundelay] " + exception.getMessage() + " ("
                    + exception.getClass().getSimpleName() + ")");
            return ExitCodes.FAILED;
        }
        if (line.getParseResult().hasMatchedOption("--json")) {
            err.println(Json.lenient().writeValueAsString(problem(error)));
            return ExitCodes.of(error);
        }
        err.println(error.getMessage() + " (" + error.code() + ")");
        if (error.hint() != null
                && !error.hint().isEmpty()
                && !String.valueOf(error.getMessage()).contains(error.hint())) {
            err.println("  hint: " + error.hint());
        }
        if (error.requestId() != null) {
            err.println("  request: " + error.requestId());
        }
        return ExitCodes.of(error);
    }

    private static Map<String, Object> problem(RoundelayException error) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("code", error.code());
        problem.put("message", String.valueOf(error.getMessage()));
        problem.put("hint", error.hint() == null ? "" : error.hint());
        problem.put("requestId", error.requestId() == null ? "" : error.requestId());
        problem.put("details", error.details());
        return problem;
    }
}
