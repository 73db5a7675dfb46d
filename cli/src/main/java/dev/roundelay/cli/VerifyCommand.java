package dev.roundelay.cli;

import dev.roundelay.cli.up.Programs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `roundelay verify`: short for `roundelay admin verify`.
@Command(
        name = "verify",
        description =
                "On the server's machine: checks every stored byte, or a backup. `roundelay admin verify --help` has its options.")
final class VerifyCommand implements Callable<Integer> {
    @Unmatched
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return Foreground.run(Programs.here()
                .admin(Stream.concat(Stream.of("verify"), options.stream()).toList()));
    }
}
