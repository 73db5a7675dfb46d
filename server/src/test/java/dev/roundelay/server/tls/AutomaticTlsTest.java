package dev.roundelay.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutomaticTlsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path data;

    private Instant now = Instant.now();
    private SortedSet<String> names = new TreeSet<>(List.of("fl.example.org", "127.0.0.1", "localhost"));

    private AutomaticTls open() throws IOException {
        return AutomaticTls.open(data.resolve("tls"), () -> names, () -> now, new SecureRandom());
    }

    @Test
    void a_client_that_knows_the_authority_trusts_the_server_by_each_of_its_names() throws Exception {
        try (AutomaticTls tls = open()) {
            assertThat(handshake(tls, "localhost").getSubjectX500Principal().getName())
                    .isEqualTo("CN=Roundelay server");
            assertThat(handshake(tls, "127.0.0.1")).isNotNull();
            names.remove("localhost");
            Files.delete(data.resolve("tls/server.pem"));
            assertThat(tls.renewIfDue()).isTrue();
            assertThatThrownBy(() -> handshake(tls, "localhost")).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void keys_are_their_owners_alone() throws Exception {
        open().close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("tls"))))
                .isEqualTo("rwx------");
        for (String name : List.of("ca.key", "server.key", "ca.pem", "server.pem")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(data.resolve("tls").resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void authority_and_certificate_stay_over_restarts() throws Exception {
        try (AutomaticTls first = open();
                AutomaticTls second = open()) {
            assertThat(second.authority().fingerprint())
                    .isEqualTo(first.authority().fingerprint());
            assertThat(handshake(second, "localhost")).isEqualTo(handshake(first, "localhost"));
        }
    }

    @Test
    void the_certificate_is_renewed_in_the_running_server_a_month_before_it_ends() throws Exception {
        // So that both are valid by the clock that the handshake goes by.
        now = now.minus(AutomaticTls.LIFE).plus(AutomaticTls.RENEWED_BEFORE);
        try (AutomaticTls tls = open()) {
            X509Certificate first = handshake(tls, "localhost");
            Instant due = first.getNotAfter().toInstant().minus(AutomaticTls.RENEWED_BEFORE);
            now = due.minus(HOUR);
            assertThat(tls.renewIfDue()).isFalse();
            assertThat(handshake(tls, "localhost")).isEqualTo(first);
            now = due;

            assertThat(tls.renewIfDue()).isTrue();

            X509Certificate second = handshake(tls, "localhost");
            assertThat(second).isNotEqualTo(first);
            assertThat(second.getNotAfter().toInstant())
                    .isBetween(now.plus(AutomaticTls.LIFE).minusSeconds(1), now.plus(AutomaticTls.LIFE));
            second.verify(Certificates.read(tls.authority().certificate()).getPublicKey());
        }
    }

    @Test
    void a_further_name_renews_it_and_one_less_does_not() throws Exception {
        try (AutomaticTls tls = open()) {
            names.remove("fl.example.org");
            assertThat(tls.renewIfDue()).isFalse();
            names.add("2001:db8:0:0:0:0:0:7");
            assertThat(tls.renewIfDue()).isTrue();
            assertThat(tls.renewIfDue()).isFalse();
            names.add("fl.example.org");
            assertThat(tls.renewIfDue()).isTrue();
        }
    }

    @Test
    void a_certificate_that_is_damaged_is_made_anew_and_a_damaged_authority_is_told() throws Exception {
        String fingerprint;
        try (AutomaticTls tls = open()) {
            fingerprint = tls.authority().fingerprint();
        }
        Files.writeString(
                data.resolve("tls/server.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        try (AutomaticTls tls = open()) {
            assertThat(tls.authority().fingerprint()).isEqualTo(fingerprint);
            assertThat(handshake(tls, "localhost")).isNotNull();
        }

        Files.writeString(data.resolve("tls/ca.key"), "nothing");

        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("ca.key");
    }

    @Test
    void the_fingerprint_is_the_usual_one() throws Exception {
        try (AutomaticTls tls = open()) {
            Process sum = new ProcessBuilder(
                            "sha256sum",
                            Files.write(data.resolve("ca.crt"), tls.authority().certificate())
                                    .toString())
                    .start();
            String printed = new String(sum.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(printed).startsWith(tls.authority().fingerprint());
            assertThat(tls.authority().pem()).isEqualTo(Files.readString(data.resolve("tls/ca.pem")));
        }
    }

    /// Connects over a real socket as a client that trusts the authority and checks the name; returns what it was
    /// shown.
    private static X509Certificate handshake(AutomaticTls tls, String name) throws Exception {
        try (ExecutorService server = Executors.newVirtualThreadPerTaskExecutor();
                SSLServerSocket listening =
                        (SSLServerSocket) tls.context().getServerSocketFactory().createServerSocket(0)) {
            listening.setSoTimeout(10_000);
            Future<?> served = server.submit(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.startHandshake();
                    return socket.getInputStream().read();
                }
            });
            try (Socket client = new Socket("127.0.0.1", listening.getLocalPort())) {
                SSLSocket named = (SSLSocket)
                        trusting(tls).getSocketFactory().createSocket(client, name, listening.getLocalPort(), true);
                named.setSoTimeout(10_000);
                return peer(named);
            } finally {
                served.cancel(true);
            }
        }
    }

    private static X509Certificate peer(SSLSocket socket) throws IOException {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }

    private static SSLContext trusting(AutomaticTls tls) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", Certificates.read(tls.authority().certificate()));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
