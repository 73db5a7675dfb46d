package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay try`: all options go to the worker's own program. The launcher of the distribution starts that one
/// directly; this is the way without it.
@Command(name = "try", description = "Runs one round here, without a server; `roundelay try --help` lists its options.")
final class TryCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here().trial(options));
    }
}
