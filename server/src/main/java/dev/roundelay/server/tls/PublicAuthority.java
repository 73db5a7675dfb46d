package dev.roundelay.server.tls;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/// What everybody may know of the server's authority.
///
/// @param fingerprint SHA-256 of the certificate, lower-case hex
public record PublicAuthority(String fingerprint, byte[] certificate) {
    static PublicAuthority of(X509Certificate certificate) {
        try {
            return new PublicAuthority(Certificates.fingerprint(certificate), certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has bytes", e);
        }
    }

    /// Returns the certificate as tools take it that read files of trusted authorities.
    String pem() {
        return PemFile.text("CERTIFICATE", certificate);
    }
}
