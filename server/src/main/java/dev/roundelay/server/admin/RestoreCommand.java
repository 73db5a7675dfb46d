package dev.roundelay.server.admin;

import dev.roundelay.server.backup.Backup;
import dev.roundelay.server.backup.Restore;
import dev.roundelay.server.config.ServerOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `roundelay restore`: a data folder of a backup.
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description =
                "Makes the data folder --data-dir, which must be empty, of a backup; with --database-url an empty database, too.")
final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Parameters(paramLabel = "BACKUP", description = "a folder backup-… that `roundelay backup` has written")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        return ServerDatabase.configured(options, config -> {
            long began = System.nanoTime();
            Backup backup = Backup.open(folder);
            Restore restore = new Restore(backup, config.dataDir(), InstantSource.system(), new SecureRandom());
            restore.begin();
            return ServerDatabase.with(config, false, (database, dataDir) -> {
                Restore.Restored restored = restore.run(database, System.err::println);
                System.out.printf(
                        Locale.ROOT,
                        "restored %s into %s: %,d objects, %,d blobs (%,.1f MB), in %.1f s; start the server there%n",
                        backup.name(),
                        dataDir,
                        backup.manifest().objects(),
                        restored.blobs(),
                        restored.bytes() / 1e6,
                        (System.nanoTime() - began) / 1e9);
                if (restored.lost() > 0) {
                    System.err.println("[%s] %d blobs are not whole in it, see above; the rest is restored"
                            .formatted(backup.folder(), restored.lost()));
                    return ExitCodes.FAILED;
                }
                return ExitCodes.DONE;
            });
        });
    }
}
