package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay status`: short for `roundelay admin status`.
@Command(
        name = "status",
        description =
                "On the server's machine: disk by kind, workers, queue; `roundelay admin status --help` has its options.")
final class StatusCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here()
                .admin(Stream.concat(Stream.of("status"), options.stream()).toList()));
    }
}
