package dev.roundelay.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Handshakes over real sockets with servers of two authorities, made by the JDK's `keytool`.
class PinnedAuthorityTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    Path folder;

    @Test
    void the_authority_with_the_fingerprint_is_trusted_and_kept() throws Exception {
        Made good = made("good", "localhost");
        PinnedAuthority pinned = pinned(good.fingerprint());

        handshake(good.server(good.chain()), pinned, "localhost");

        assertThat(Files.readString(folder.resolve("kept.pem"))).startsWith("-----BEGIN CERTIFICATE-----\nMII");
        handshake(good.server(good.chain()), Tls.managerFor(List.of(good.authority())), "localhost");
    }

    @Test
    void a_name_that_is_not_in_the_certificate_is_refused() throws Exception {
        Made good = made("good", "elsewhere.example.org");

        assertThatThrownBy(() -> handshake(good.server(good.chain()), pinned(good.fingerprint()), "localhost"))
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(folder.resolve("kept.pem")).doesNotExist();
    }

    @Test
    void another_authority_is_refused_in_words() throws Exception {
        Made good = made("good", "localhost");
        Made evil = made("evil", "localhost");

        assertThatThrownBy(() -> handshake(evil.server(evil.chain()), pinned(good.fingerprint()), "localhost"))
                .isInstanceOf(SSLHandshakeException.class)
                .hasRootCauseInstanceOf(PinnedAuthority.OtherAuthorityException.class)
                .rootCause()
                .hasMessageContaining(good.fingerprint())
                .hasMessageContaining("CN=evil");
        assertThat(folder.resolve("kept.pem")).doesNotExist();
    }

    /// The certificate of the authority is no secret: showing it proves nothing.
    @Test
    void the_right_authority_beside_a_certificate_that_it_did_not_sign_is_refused() throws Exception {
        Made good = made("good", "localhost");
        Made evil = made("evil", "localhost");
        List<X509Certificate> chain = new ArrayList<>(evil.chain());
        chain.add(good.authority());

        assertThatThrownBy(() -> handshake(
                        evil.server(List.of(evil.chain().getFirst(), good.authority())),
                        pinned(good.fingerprint()),
                        "localhost"))
                .isInstanceOf(SSLHandshakeException.class);
        assertThatThrownBy(() -> handshake(evil.server(chain), pinned(good.fingerprint()), "localhost"))
                .isInstanceOf(SSLHandshakeException.class);
        assertThat(folder.resolve("kept.pem")).doesNotExist();
    }

    @Test
    void without_a_connection_nobody_is_trusted() throws Exception {
        Made good = made("good", "localhost");

        assertThatThrownBy(() -> pinned(good.fingerprint())
                        .checkServerTrusted(good.chain().toArray(X509Certificate[]::new), "ECDHE_ECDSA"))
                .hasMessageContaining("within its connection");
    }

    private PinnedAuthority pinned(String fingerprint) {
        return new PinnedAuthority(fingerprint, folder.resolve("kept.pem"));
    }

    /// An authority and a server's certificate of it.
    private record Made(KeyStore store, X509Certificate authority, List<X509Certificate> chain) {
        String fingerprint() throws Exception {
            return PinnedAuthority.fingerprintOf(authority);
        }

        /// A server that shows a chain with the key of this one's first certificate.
        SSLContext server(List<X509Certificate> shown) throws Exception {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new Shown(shown, (PrivateKey) store.getKey("server", PASSWORD))}, null, null);
            return context;
        }
    }

    /// Shows any chain, which a key store would check.
    private static final class Shown extends X509ExtendedKeyManager {
        private final List<X509Certificate> chain;
        private final PrivateKey key;

        Shown(List<X509Certificate> chain, PrivateKey key) {
            this.chain = chain;
            this.key = key;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return keyType.equals("EC") ? "server" : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {"server"};
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }
    }

    private Made made(String name, String host) throws Exception {
        Path file = folder.resolve(name + ".p12");
        keytool(file, "-genkeypair -alias ca -keyalg EC -groupname secp256r1 -dname CN=" + name + " -ext bc:c");
        keytool(
                file,
                "-genkeypair -alias server -keyalg EC -groupname secp256r1 -dname CN=server -signer ca -ext san=dns:"
                        + host);
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        X509Certificate authority = (X509Certificate) store.getCertificate("ca");
        return new Made(store, authority, List.of((X509Certificate) store.getCertificate("server"), authority));
    }

    private static void keytool(Path store, String words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static void handshake(SSLContext server, TrustManager trust, String name) throws Exception {
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, new TrustManager[] {trust}, null);
        try (ExecutorService serving = Executors.newVirtualThreadPerTaskExecutor();
                SSLServerSocket listening =
                        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0)) {
            listening.setSoTimeout(10_000);
            Future<?> served = serving.submit(() -> {
                try (SSLSocket socket = (SSLSocket) listening.accept()) {
                    socket.startHandshake();
                    return socket.getInputStream().read();
                }
            });
            try (Socket below = new Socket("127.0.0.1", listening.getLocalPort());
                    SSLSocket socket = (SSLSocket)
                            client.getSocketFactory().createSocket(below, name, listening.getLocalPort(), true)) {
                verifyingName(socket).startHandshake();
            } finally {
                served.cancel(true);
            }
        }
    }

    private static SSLSocket verifyingName(SSLSocket socket) throws IOException {
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }
}
