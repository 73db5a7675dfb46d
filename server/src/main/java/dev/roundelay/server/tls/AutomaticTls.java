package dev.roundelay.server.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS without a bought certificate: an authority of this server alone and a certificate that it signs, below `tls/` of
/// the data folder. The certificate is renewed long before it ends and when the server gets further names, in the
/// running server. The authority stays: whoever was told its fingerprint, as each join token does, trusts it for good.
///
/// Servers on one data folder share it.
public final class AutomaticTls implements AutoCloseable {
    /// Its folder in a data folder.
    public static final String FOLDER = "tls";
    /// The file in it with the authority's certificate, which everybody may have.
    public static final String AUTHORITY = "ca.pem";

    /// Of the authority: longer than any machine that trusts it.
    static final Duration AUTHORITY_LIFE = Duration.ofDays(20 * 365);
    /// Of the server's own certificate.
    static final Duration LIFE = Duration.ofDays(90);
    /// What is left of its life when it is renewed.
    static final Duration RENEWED_BEFORE = Duration.ofDays(30);

    private static final Logger LOG = LoggerFactory.getLogger(AutomaticTls.class);

    private final Path folder;
    private final Supplier<SortedSet<String>> names;
    private final InstantSource clock;
    private final Certificates certificates;
    private final Authority authority;
    private final ExchangeableKeys keys = new ExchangeableKeys();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("certificate").daemon().factory());

    private record Authority(X509Certificate certificate, PrivateKey key) {}

    private AutomaticTls(
            Path folder,
            Supplier<SortedSet<String>> names,
            InstantSource clock,
            Certificates certificates,
            Authority authority) {
        this.folder = folder;
        this.names = names;
        this.clock = clock;
        this.certificates = certificates;
        this.authority = authority;
    }

    /// Opens the folder, and makes what is not there yet.
    ///
    /// @param names under which the server may be called; asked again at each look
    /// @throws IOException naming the file that cannot be used
    public static AutomaticTls open(
            Path folder, Supplier<SortedSet<String>> names, InstantSource clock, SecureRandom random)
            throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Certificates certificates = new Certificates(random);
        try (FileChannel channel = lockFile(folder);
                FileLock lock = channel.lock()) {
            requireHeld(lock);
            Authority authority = authority(folder, clock.instant(), certificates);
            AutomaticTls tls = new AutomaticTls(folder, names, clock, certificates, authority);
            tls.showOrRenew();
            return tls;
        } catch (GeneralSecurityException e) {
            throw unusable(folder, e);
        }
    }

    /// Looks every hour whether the certificate has to be renewed.
    public void start() {
        var _ = timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.HOURS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /// Returns the server's side of TLS, which shows the newest certificate.
    public SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw unusable(folder, e);
        }
    }

    /// Returns the authority's certificate, which everybody may have.
    public PublicAuthority authority() {
        return PublicAuthority.of(authority.certificate());
    }

    private void look() {
        try {
            renewIfDue();
        } catch (IOException | RuntimeException e) {
            LOG.error("[tls] the certificate could not be renewed; it is tried again in an hour", e);
        }
    }

    /// Renews the certificate if it has to be.
    ///
    /// @return whether another one is shown from now on
    boolean renewIfDue() throws IOException {
        try (FileChannel channel = lockFile(folder);
                FileLock lock = channel.lock()) {
            requireHeld(lock);
            return showOrRenew();
        } catch (GeneralSecurityException e) {
            throw unusable(folder, e);
        }
    }

    private boolean showOrRenew() throws IOException, GeneralSecurityException {
        Instant now = clock.instant();
        SortedSet<String> wanted = names.get();
        Optional<ExchangeableKeys.Identity> kept =
                readServer().filter(found -> serves(found.chain().getFirst(), wanted, now));
        ExchangeableKeys.Identity identity = kept.isPresent() ? kept.get() : renewed(wanted, now);
        return keys.show(identity);
    }

    private boolean serves(X509Certificate certificate, Collection<String> wanted, Instant now) {
        try {
            certificate.verify(authority.certificate().getPublicKey());
            return certificate.getNotAfter().toInstant().isAfter(now.plus(RENEWED_BEFORE))
                    && !certificate.getNotBefore().toInstant().isAfter(now)
                    && namesOf(certificate).containsAll(wanted);
        } catch (GeneralSecurityException e) {
            LOG.info("[tls] the kept certificate is of another authority: it is made anew", e);
            return false;
        }
    }

    private static Set<String> namesOf(X509Certificate certificate) throws CertificateException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? Set.of()
                : names.stream().map(entry -> entry.get(1).toString()).collect(Collectors.toSet());
    }

    private ExchangeableKeys.Identity renewed(SortedSet<String> wanted, Instant now)
            throws IOException, GeneralSecurityException {
        KeyPair key = certificates.newKey();
        X509Certificate certificate =
                certificates.server(key.getPublic(), wanted, authority.certificate(), authority.key(), now, LIFE);
        // First away with the certificate: a death in between must not leave it beside the key of another one.
        Files.deleteIfExists(folder.resolve("server.pem"));
        new PemFile(folder.resolve("server.key"), "PRIVATE KEY")
                .write(key.getPrivate().getEncoded());
        new PemFile(folder.resolve("server.pem"), "CERTIFICATE").write(certificate.getEncoded());
        LOG.info(
                "[tls] made the server's certificate until {} for {}",
                certificate.getNotAfter().toInstant(),
                String.join(", ", wanted));
        return identity(certificate, key.getPrivate());
    }

    private Optional<ExchangeableKeys.Identity> readServer() {
        try {
            X509Certificate certificate = certificate(folder.resolve("server.pem"));
            return Optional.of(identity(certificate, key(folder.resolve("server.key"))));
        } catch (IOException | GeneralSecurityException e) {
            LOG.debug("[tls] there is no certificate that can be used: it is made anew", e);
            return Optional.empty();
        }
    }

    private ExchangeableKeys.Identity identity(X509Certificate certificate, PrivateKey key) {
        return new ExchangeableKeys.Identity(
                certificate.getSerialNumber().toString(16), List.of(certificate, authority.certificate()), key);
    }

    private static Authority authority(Path folder, Instant now, Certificates certificates)
            throws IOException, GeneralSecurityException {
        Path certificateFile = folder.resolve(AUTHORITY);
        Path keyFile = folder.resolve("ca.key");
        // The certificate is written last: with it, the authority is there.
        if (Files.exists(certificateFile)) {
            return new Authority(certificate(certificateFile), key(keyFile));
        }
        KeyPair pair = certificates.newKey();
        String name = "Roundelay CA "
                + HexFormat.of().toHexDigits(new BigInteger(1, pair.getPublic().getEncoded()).intValue());
        X509Certificate certificate = certificates.authority(pair, name, now, AUTHORITY_LIFE);
        new PemFile(keyFile, "PRIVATE KEY").write(pair.getPrivate().getEncoded());
        new PemFile(certificateFile, "CERTIFICATE").write(certificate.getEncoded());
        LOG.info("[tls] made an authority: {}", Certificates.fingerprint(certificate));
        return new Authority(certificate, pair.getPrivate());
    }

    private static X509Certificate certificate(Path file) throws IOException, CertificateException {
        return Certificates.read(new PemFile(file, "CERTIFICATE").read());
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(new PemFile(file, "PRIVATE KEY").read()));
    }

    private static FileChannel lockFile(Path folder) throws IOException {
        return FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void requireHeld(FileLock lock) throws IOException {
        if (!lock.isValid()) {
            throw new IOException("[tls] the lock of its folder was lost");
        }
    }

    private static IOException unusable(Path folder, GeneralSecurityException e) {
        return new IOException(
                "[%s] cannot be used: %s; restore ca.pem and ca.key from a backup, or move the folder away and join all workers anew"
                        .formatted(folder, e.getMessage()),
                e);
    }
}
