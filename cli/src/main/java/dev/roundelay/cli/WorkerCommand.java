package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay worker`: all options go to the worker's own program. The launcher of the distribution starts that one
/// directly; this is the way without it.
@Command(name = "worker", description = "Runs a worker in the foreground; `roundelay worker --help` lists its options.")
final class WorkerCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here().worker(options));
    }
}
