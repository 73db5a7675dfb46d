package dev.roundelay.cli.up;

import dev.roundelay.cli.ExitCodes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `roundelay up`: server and workers in the foreground.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs a server and local workers until Ctrl-C. Prints one line when all are ready.")
public final class UpCommand implements Callable<Integer> {
    @Mixin
    private UpOptions options = new UpOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Supervisor supervisor = new Supervisor(Backoff.USUAL, System::nanoTime, notice -> say(err, notice));
        Thread ending = new Thread(supervisor::stop, "ending");
        Runtime.getRuntime().addShutdownHook(ending);
        Path data = options.dataFolder(Path.of(System.getProperty("user.home")));
        try {
            Startup startup = new Startup(options, data, Programs.here(), System.getenv(), supervisor);
            say(out, startup.run());
            supervisor.awaitStop();
            return ExitCodes.DONE;
        } catch (StartupException e) {
            supervisor.stop();
            say(err, e.getMessage());
            return e.exitCode();
        }
    }

    private static void say(PrintWriter writer, String line) {
        writer.println(line);
        writer.flush();
    }
}
