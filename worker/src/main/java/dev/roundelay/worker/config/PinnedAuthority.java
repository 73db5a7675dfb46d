package dev.roundelay.worker.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Trusts the one authority whose fingerprint is known, and nothing before it has shown itself: the server sends its
/// certificate in the handshake, and only the one with that fingerprint becomes the anchor by which the chain and the
/// host name are checked. Once a handshake has passed, the authority is kept in a file. Thread-safe.
public final class PinnedAuthority extends X509ExtendedTrustManager {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final String fingerprint;
    private final Path kept;

    /// @param fingerprint SHA-256 of the authority's certificate, lower-case hex
    /// @param kept        where it is written
    PinnedAuthority(String fingerprint, Path kept) {
        this.fingerprint = fingerprint;
        this.kept = kept;
    }

    /// The server's chain holds no certificate with the fingerprint that was told.
    public static final class OtherAuthorityException extends CertificateException {
        private static final long serialVersionUID = 1;

        OtherAuthorityException(String message) {
            super(message);
        }
    }

    static String fingerprintOf(X509Certificate certificate) throws CertificateEncodingException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private X509Certificate anchor(X509Certificate[] chain) throws CertificateException {
        for (X509Certificate certificate : chain) {
            if (fingerprintOf(certificate).equals(fingerprint)) {
                return certificate;
            }
        }
        String shown = Arrays.stream(chain)
                .map(certificate -> certificate.getSubjectX500Principal().getName())
                .collect(Collectors.joining(", "));
        throw new OtherAuthorityException(
                "the join token is of a server whose authority has the fingerprint %s, and what answers shows %s"
                        .formatted(fingerprint, shown));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        X509Certificate anchor = anchor(chain);
        delegate(anchor).checkServerTrusted(chain, authType, engine);
        keep(anchor);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        X509Certificate anchor = anchor(chain);
        delegate(anchor).checkServerTrusted(chain, authType, socket);
        keep(anchor);
    }

    /// Without the engine no host name could be checked.
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("a server is trusted within its connection only");
    }

    private static X509ExtendedTrustManager delegate(X509Certificate anchor) throws CertificateException {
        try {
            return Tls.managerFor(List.of(anchor));
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(e);
        }
    }

    private synchronized void keep(X509Certificate anchor) throws CertificateEncodingException {
        if (Files.exists(kept)) {
            return;
        }
        try {
            Path fresh = kept.resolveSibling(kept.getFileName() + ".new");
            Files.writeString(
                    fresh,
                    "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                            .formatted(LINES.encodeToString(anchor.getEncoded())));
            Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("[" + kept + "] cannot be written; check the disk", e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("an agent has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("an agent has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("an agent has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
