package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay backup`: short for `roundelay admin backup`.
@Command(
        name = "backup",
        description =
                "On the server's machine: a backup of rows, bytes and keys, while the server runs. `roundelay admin backup --help` has its options.")
final class BackupCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here()
                .admin(Stream.concat(Stream.of("backup"), options.stream()).toList()));
    }
}
