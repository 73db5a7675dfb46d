package dev.roundelay.cli;

import dev.roundelay.contract.account.Accounts;
import dev.roundelay.sdk.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `roundelay keys`: API keys; each asks the password, as a key alone may not make keys.
@Command(name = "keys", mixinStandardHelpOptions = true, description = "API keys (asks the password).")
final class KeysCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the keys.")
    int list(@Mixin ClientOptions client, @Mixin Passwords passwords) throws IOException {
        try (Session session = signIn(client, passwords)) {
            List<Accounts.ApiKey> keys = session.keys().list();
            client.output()
                    .table(
                            keys,
                            List.of("ID", "NAME", "KEY", "CREATED", "LAST USED"),
                            keys.stream()
                                    .map(key -> List.of(
                                            key.id(),
                                            key.name(),
                                            key.prefix() + "...",
                                            Texts.time(key.createdAt()),
                                            Texts.time(key.lastUsedAt())))
                                    .toList(),
                            "no keys");
        }
        return ExitCodes.DONE;
    }

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Mints a key and prints it, once.")
    int create(
            @Mixin ClientOptions client,
            @Mixin Passwords passwords,
            @Parameters(paramLabel = "NAME", description = "What the key is for.") String name)
            throws IOException {
        try (Session session = signIn(client, passwords)) {
            Accounts.ApiKey key = session.keys().create(name);
            client.output().show(key, () -> String.valueOf(key.secret()));
        }
        return ExitCodes.DONE;
    }

    @Command(name = "revoke", mixinStandardHelpOptions = true, description = "Revokes a key; it stops working at once.")
    int revoke(
            @Mixin ClientOptions client,
            @Mixin Passwords passwords,
            @Parameters(paramLabel = "ID", description = "Id of the key.") String id)
            throws IOException {
        try (Session session = signIn(client, passwords)) {
            session.keys().revoke(id);
            client.output().show(Map.of("revoked", id), () -> id + " is revoked");
        }
        return ExitCodes.DONE;
    }

    private static Session signIn(ClientOptions client, Passwords passwords) throws IOException {
        return client.builder().signIn(passwords.email(client), passwords.password(client));
    }
}
