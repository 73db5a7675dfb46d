package dev.roundelay.server.admin;

import dev.roundelay.server.account.JdbcAccounts;
import dev.roundelay.server.account.Passwords;
import dev.roundelay.server.account.Secrets;
import dev.roundelay.server.config.ServerOptions;
import dev.roundelay.server.store.Schema;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `roundelay admin`: who may read the data folder may do this.
///
/// Exit codes: 0 done, 1 failed, 2 wrong options, 5 no such user.
@Command(
        name = "roundelay admin",
        mixinStandardHelpOptions = true,
        subcommands = {BackupCommand.class, RestoreCommand.class, VerifyCommand.class},
        description = "For operators, on the server's machine: needs the data folder, and no password.")
public final class AdminMain {
    /// Starts the program.
    public static void main(String[] args) {
        System.exit(new CommandLine(new AdminMain())
                .setDefaultValueProvider(ServerOptions.environmentDefaults(System.getenv()))
                .execute(args));
    }

    @Command(
            name = "reset-password",
            mixinStandardHelpOptions = true,
            description =
                    "Gives a user a new password, shows it once, and ends the user's sessions. The server may run.")
    int resetPassword(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "EMAIL", description = "Address of the user.") String email) {
        return ServerDatabase.with(options, true, (database, _) -> {
            SecureRandom random = new SecureRandom();
            JdbcAccounts accounts = new JdbcAccounts(database.jdbi(), InstantSource.system());
            Optional<JdbcAccounts.Account> account = accounts.findByEmail(email);
            if (account.isEmpty()) {
                System.err.println("[EMAIL] there is no user " + email + "; there are: "
                        + String.join(
                                ", ",
                                accounts.list().stream()
                                        .map(JdbcAccounts.Account::email)
                                        .toList()));
                return ExitCodes.NO_SUCH_USER;
            }
            String password = new Secrets(random, new byte[32]).password();
            accounts.changePassword(account.get().id(), new Passwords(random).hash(password), null);
            System.out.println(password);
            if (account.get().disabled()) {
                System.err.println(
                        "[" + email + "] is disabled; an administrator must enable it before it can sign in");
            }
            return ExitCodes.DONE;
        });
    }

    @Command(
            name = "restore-database",
            mixinStandardHelpOptions = true,
            description =
                    "Replaces all rows by those of a backup that was written before an upgrade. No server may run.")
    int restoreDatabase(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "FILE", description = "A file of backups/ in the data folder.") Path file) {
        return ServerDatabase.with(options, false, (database, _) -> {
            new Schema(database, file.toAbsolutePath().resolveSibling("."), InstantSource.system()).restore(file);
            System.out.println("restored " + file);
            return ExitCodes.DONE;
        });
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows disk by kind, workers and jobs by state, and what waits. The server may run.")
    int status(@Mixin ServerOptions options) {
        return ServerDatabase.with(options, true, (database, data) -> {
            new StatusReport(data, database).lines().forEach(System.out::println);
            return ExitCodes.DONE;
        });
    }

    @Command(
            name = "support-bundle",
            mixinStandardHelpOptions = true,
            description =
                    "Writes status, versions and the ends of the logs into one zip, without secrets and user data.")
    int supportBundle(
            @Mixin ServerOptions options,
            @Parameters(paramLabel = "FILE", defaultValue = "roundelay-support.zip", description = "The zip to write.")
                    Path file) {
        return ServerDatabase.with(options, true, (database, data) -> {
            SupportBundle.write(data, new StatusReport(data, database).lines(), file);
            System.out.println("wrote " + file + "; look through it before you pass it on");
            return ExitCodes.DONE;
        });
    }
}
