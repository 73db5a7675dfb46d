package dev.roundelay.server.admin;

import dev.roundelay.server.backup.Backup;
import dev.roundelay.server.backup.BackupFolder;
import dev.roundelay.server.backup.BackupManifest;
import dev.roundelay.server.backup.BackupSchedule;
import dev.roundelay.server.backup.BackupWriter;
import dev.roundelay.server.config.ServerConfig;
import dev.roundelay.server.config.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `roundelay backup`: one backup, or one at each turn until it is told to stop.
@Command(
        name = "backup",
        mixinStandardHelpOptions = true,
        description = "Writes a backup of rows, blobs and keys. The server may run and be under load.")
final class BackupCommand implements Callable<Integer> {
    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Option(
            names = "--to",
            paramLabel = "FOLDER",
            description = "where backups lie, best on another disk (default: backups in the data folder)")
    @Nullable
    private Path to;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            converter = Period.class,
            description = "go on, and take one so often: 24h, 90m, 7d")
    @Nullable
    private Duration every;

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "remove the oldest whole backups beyond so many (default: none is removed)")
    @Nullable
    private Integer keep;

    private final InstantSource clock = InstantSource.system();

    @Override
    public Integer call() {
        if (keep != null && keep < 1) {
            System.err.println("[--keep] is %d; use 1 or more".formatted(keep));
            return ExitCodes.WRONG_OPTIONS;
        }
        return ServerDatabase.configured(options, config -> {
            Path folder = to == null ? config.dataDir().resolve("backups") : to.toAbsolutePath();
            return every == null ? once(config, folder) : again(config, folder, every);
        });
    }

    private int again(ServerConfig config, Path folder, Duration period) throws IOException {
        BackupSchedule schedule = new BackupSchedule(folder, period, clock);
        try {
            Duration wait = schedule.untilNext();
            while (true) {
                if (!wait.isZero()) {
                    System.out.println("the next one in " + text(wait));
                    Thread.sleep(wait);
                }
                wait = turn(config, folder) ? schedule.untilNext() : schedule.afterFailure();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return ExitCodes.FAILED;
        }
    }

    /// Returns whether a backup was written, whole or with what the server had.
    private boolean turn(ServerConfig config, Path folder) {
        try {
            int _ = once(config, folder);
            return true;
        } catch (IOException | RuntimeException e) {
            System.err.println(e.getMessage());
            return false;
        }
    }

    private int once(ServerConfig config, Path folder) throws IOException {
        return ServerDatabase.with(config, true, (database, dataDir) -> {
            long began = System.nanoTime();
            try (BackupFolder backups = BackupFolder.open(folder)) {
                Backup backup = new BackupWriter(dataDir, database, clock, System.err::println).write(backups);
                System.out.println(line(backup, (System.nanoTime() - began) / 1e9));
                if (keep != null) {
                    backups.removeOld(keep).forEach(name -> System.out.println("removed " + name));
                }
                if (!backup.manifest().isSound()) {
                    System.err.println(
                            "[%s] the server has not got %d blobs whole, see above; the rest is in the backup"
                                    .formatted(
                                            backup.folder(), backup.manifest().faultCount()));
                    return ExitCodes.FAILED;
                }
                return ExitCodes.DONE;
            }
        });
    }

    private static String line(Backup backup, double seconds) {
        BackupManifest manifest = backup.manifest();
        return String.format(
                Locale.ROOT,
                "wrote %s: %,d objects, %,d blobs (%,.1f MB), of them %,d new (%,.1f MB), in %.1f s",
                backup.folder(),
                manifest.objects(),
                manifest.blobs(),
                manifest.blobBytes() / 1e6,
                manifest.newBlobs(),
                manifest.newBytes() / 1e6,
                seconds);
    }

    private static String text(Duration time) {
        return "%d h %d min %d s".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }
}
