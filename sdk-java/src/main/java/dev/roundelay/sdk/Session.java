package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.account.Accounts;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A signed-in user. Closing it signs out.
public final class Session implements AutoCloseable {
    private static final String COOKIE = "roundelay_session=";

    private final Transport transport;
    private final Accounts.User user;

    private Session(Transport transport, Accounts.User user) {
        this.transport = transport;
        this.user = user;
    }

    static Session open(
            List<String> urls,
            String email,
            String password,
            Duration timeout,
            Pause pause,
            @Nullable SSLContext trust) {
        try (Transport anonymous =
                new Transport(urls, Map.of("User-Agent", "roundelay-java"), 2, timeout, pause, trust)) {
            Call call = Transport.withJson(Call.of("POST", "/session"), new Accounts.SignIn(email, password));
            HttpResponse<InputStream> response = anonymous.exchange(call);
            Accounts.Session session = Transport.parsed(
                    response, Transport.bytes(call, response), new TypeReference<Accounts.Session>() {});
            Map<String, String> headers = Map.of(
                    "User-Agent", "roundelay-java", "Cookie", cookie(response), "X-CSRF-Token", session.csrfToken());
            return new Session(new Transport(urls, headers, 2, timeout, pause, trust), session.user());
        }
    }

    /// Returns who is signed in.
    public Accounts.User user() {
        return user;
    }

    /// Returns the calls about API keys.
    public Keys keys() {
        return new Keys(transport);
    }

    @Override
    public void close() {
        try {
            transport.send(Call.of("DELETE", "/session"));
        } catch (RoundelayException _) {
            // The session ends by itself too; what was asked for is done.
            return;
        } finally {
            transport.close();
        }
    }

    private static String cookie(HttpResponse<?> response) {
        return response.headers().allValues("Set-Cookie").stream()
                .filter(value -> value.startsWith(COOKIE))
                .map(value -> value.split(";", 2)[0])
                .findFirst()
                .orElseThrow(() -> new ServerException(Facts.local(
                        "server_error", "[session] the server set no session cookie; is a proxy removing it?")));
    }
}
