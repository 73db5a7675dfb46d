package dev.roundelay.cli;

import dev.roundelay.contract.account.Accounts;
import dev.roundelay.sdk.Profile;
import dev.roundelay.sdk.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `roundelay login`: mints an API key through a session and keeps it in the profile that both SDKs read.
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Asks e-mail and password, mints an API key and writes ~/.config/roundelay/profile.json.")
final class LoginCommand implements Callable<Integer> {
    @Mixin
    private ClientOptions client = new ClientOptions();

    @Mixin
    private Passwords passwords = new Passwords();

    @Option(names = "--key-name", paramLabel = "NAME", description = "Name of the key (default: cli on this host).")
    @Nullable
    private String keyName;

    @Override
    public Integer call() throws IOException {
        Path home = Path.of(System.getProperty("user.home"));
        String url = url(home);
        String email = passwords.email(client);
        String name = keyName == null ? "cli on " + hostName() : keyName;
        try (Session session = client.builder().url(url).signIn(email, passwords.password(client))) {
            Accounts.ApiKey key = session.keys().create(name);
            Path path = Profile.path(home);
            new Profile(url, Objects.requireNonNull(key.secret(), "a new key has its secret")).write(path);
            client.output()
                    .show(
                            Map.of("profile", path.toString(), "url", url, "keyId", key.id(), "email", email),
                            () -> "Signed in to " + url + " as " + email + "; the key '" + name + "' is in " + path);
        }
        return ExitCodes.DONE;
    }

    private String url(Path home) {
        if (client.url != null) {
            return client.url;
        }
        String stored = Profile.read(Profile.path(home)).map(Profile::url).orElse(null);
        if (stored != null) {
            return stored;
        }
        throw client.wrong("[--url] is missing; give the server, such as --url http://127.0.0.1:8000");
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "this host";
        }
    }
}
