package dev.roundelay.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Trust in a server whose certificate comes from an authority of its own, such as that of `--tls-auto`.
public final class Authority {
    private Authority() {}

    /// Returns a context that trusts the certificates in a PEM file, and only these.
    ///
    /// @throws ConfigurationException if the file cannot be read or holds none
    public static SSLContext trusting(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw problem(pem, "it holds no certificate", null);
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw problem(pem, String.valueOf(e.getMessage()), e);
        }
    }

    private static ConfigurationException problem(Path pem, String what, @Nullable Throwable cause) {
        ConfigurationException problem = new ConfigurationException(Facts.local(
                "configuration",
                "[cacert] " + pem + " cannot be used: " + what + "; give the server's authority as a PEM file"));
        if (cause != null) {
            problem.initCause(cause);
        }
        return problem;
    }
}
