package dev.roundelay.server.admin;

import dev.roundelay.server.backup.Backup;
import dev.roundelay.server.backup.BackupCheck;
import dev.roundelay.server.backup.DataFolderCheck;
import dev.roundelay.server.backup.Verification;
import dev.roundelay.server.config.ServerConfig;
import dev.roundelay.server.config.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `roundelay verify`: rows against bytes, of a data folder or of a backup.
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Reads every stored byte and checks it against the rows: of the data folder, or of a backup.",
            "Ends with 0 only if all is as it was stored. The server may run."
        })
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(
            paramLabel = "BACKUP",
            arity = "0..1",
            description = "a backup to check instead; its rows are loaded into a PostgreSQL that is made for that")
    @Nullable
    private Path folder;

    private final InstantSource clock = InstantSource.system();

    @Override
    public Integer call() {
        return ServerDatabase.configured(options, config -> {
            Path scratch = Files.createTempDirectory("roundelay-verify");
            try {
                return folder == null ? verifyServer(config, scratch) : verifyBackup(config, folder, scratch);
            } finally {
                removeTree(scratch);
            }
        });
    }

    private int verifyServer(ServerConfig config, Path scratch) throws IOException {
        if (!Files.isDirectory(config.dataDir().resolve("blobs"))) {
            throw new IOException("[%s] is no data folder of a server; name the right one with --data-dir"
                    .formatted(config.dataDir()));
        }
        return ServerDatabase.with(
                config,
                true,
                (database, dataDir) ->
                        tell(dataDir, new DataFolderCheck(dataDir, clock, System.out::println).run(database, scratch)));
    }

    private int verifyBackup(ServerConfig config, Path path, Path scratch) throws IOException {
        Backup backup = Backup.open(path);
        BackupCheck check = new BackupCheck(backup, clock, System.out::println);
        if (!check.filesAreWhole()) {
            return ExitCodes.FAILED;
        }
        return ServerDatabase.started(
                scratch.resolve("postgres"), config, (database, _) -> tell(path, check.run(database, scratch)));
    }

    private static int tell(Path what, Verification.Result result) {
        System.out.printf(
                Locale.ROOT,
                "%s: %,d objects, %,d blobs (%,.1f MB) checked, %,d wait for the sweep, %s%n",
                what,
                result.objects(),
                result.blobs(),
                result.bytes() / 1e6,
                result.garbage(),
                result.faults() == 0 ? "no faults" : "%,d FAULTS, see above".formatted(result.faults()));
        return result.faults() == 0 ? ExitCodes.DONE : ExitCodes.FAILED;
    }

    private static void removeTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
