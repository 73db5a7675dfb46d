package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay restore`: short for `roundelay admin restore`.
@Command(
        name = "restore",
        description =
                "On a server's machine: a data folder of a backup. `roundelay admin restore --help` has its options.")
final class RestoreCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here()
                .admin(Stream.concat(Stream.of("restore"), options.stream()).toList()));
    }
}
