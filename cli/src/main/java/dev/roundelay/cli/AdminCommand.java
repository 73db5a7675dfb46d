package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay admin`: all options go to the server's own program. The launcher of the distribution starts that one
/// directly; this is the way without it.
@Command(
        name = "admin",
        description =
                "On the server's machine: new passwords, restored databases; `roundelay admin --help` lists more.")
final class AdminCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here().admin(options));
    }
}
