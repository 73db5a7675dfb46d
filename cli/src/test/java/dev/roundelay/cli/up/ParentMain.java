package dev.roundelay.cli.up;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A supervisor of two tiny children, for the test that kills it.
final class ParentMain {
    private ParentMain() {}

    public static void main(String[] args) throws InterruptedException {
        Path data = Path.of(args[0]);
        Supervisor supervisor = new Supervisor(Backoff.USUAL, System::nanoTime, System.out::println);
        for (String name : List.of("one", "two")) {
            // Like the server: notes its id, then lives as long as its standard input does.
            String script = "echo $$ >> " + data.resolve("pids") + "; exec cat >/dev/null";
            supervisor.keep(new ChildSpec(
                    name,
                    List.of("/bin/sh", "-c", script),
                    Map.of("PATH", "/usr/bin:/bin"),
                    data.resolve(name + ".log")));
        }
        supervisor.awaitStop();
    }
}
