package dev.roundelay.worker.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Trust in a certificate authority of one's own.
public final class Tls {
    /// In a worker's data folder: the authority that it came to trust by a fingerprint.
    static final String PINNED = "pinned-ca.pem";

    private Tls() {}

    /// Returns what a worker trusts: the file of `--cacert`, else the one authority whose fingerprint the join token or
    /// `--ca-sha256` names, else the one that it trusted so at an earlier start.
    ///
    /// @return null for the authorities of this Java
    /// @throws IOException `[--cacert] …` if a file holds no certificate, or another one than the fingerprint says
    public static @Nullable SSLContext of(WorkerConfig config) throws IOException {
        Path file = config.caCertificate();
        String fingerprint = config.authority();
        Path kept = config.dataDir().resolve(PINNED);
        if (file != null) {
            if (fingerprint != null) {
                requireFingerprint(file, fingerprint);
            }
            return trusting(file);
        }
        if (fingerprint != null) {
            if (Files.exists(kept) && !holds(kept, fingerprint)) {
                // Of a server that this machine worked for before.
                Files.delete(kept);
            }
            return context(kept, new PinnedAuthority(fingerprint, kept));
        }
        return Files.exists(kept) ? trusting(kept) : null;
    }

    /// Returns a context that trusts the certificates in a PEM file, and only these.
    ///
    /// @throws IOException `[--cacert] …` if the file holds none
    public static SSLContext trusting(Path pem) throws IOException {
        try {
            return context(pem, managerFor(certificates(pem)));
        } catch (GeneralSecurityException e) {
            throw notUsable(pem, e);
        }
    }

    private static SSLContext context(Path pem, TrustManager trust) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw notUsable(pem, e);
        }
    }

    private static List<X509Certificate> certificates(Path pem) throws IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new IOException("[--cacert] " + pem + " holds no certificate; give a PEM file");
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw notUsable(pem, e);
        }
    }

    private static void requireFingerprint(Path pem, String fingerprint) throws IOException {
        if (!holds(pem, fingerprint)) {
            throw new IOException("[--cacert] " + pem + " does not hold the authority that the join token names, "
                    + fingerprint + "; leave --cacert out, or give the file of that server");
        }
    }

    private static boolean holds(Path pem, String fingerprint) throws IOException {
        try {
            for (X509Certificate certificate : certificates(pem)) {
                if (PinnedAuthority.fingerprintOf(certificate).equals(fingerprint)) {
                    return true;
                }
            }
            return false;
        } catch (GeneralSecurityException e) {
            throw notUsable(pem, e);
        }
    }

    static X509ExtendedTrustManager managerFor(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int number = 0; number < authorities.size(); number++) {
            store.setCertificateEntry("ca-" + number, authorities.get(number));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        for (TrustManager manager : trust.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this Java has no trust manager for X.509");
    }

    private static IOException notUsable(Path pem, GeneralSecurityException e) {
        return new IOException("[--cacert] " + pem + " is not usable: " + e.getMessage() + "; give a PEM file", e);
    }
}
