package dev.roundelay.server.account;

import dev.roundelay.kernel.Ids;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.server.tls.AutomaticTls;
import dev.roundelay.server.workers.WorkerTokensResource;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketIndex;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.OwnerId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The first start: one administrator with a random password, a bucket, an API key and a join token, all written to
/// `credentials.env`, which nobody but the owner of the data folder can read.
///
/// Rows and file cannot be made at once. A mark in the folder stands from before the first row until the file is there:
/// a server that died between them makes whatever is missing, and new secrets, for nobody has seen the first ones.
public final class Bootstrap {
    /// The first user.
    public static final String ADMIN = "admin@localhost";
    /// Quota of a bucket when nobody says otherwise.
    public static final long DEFAULT_QUOTA_BYTES = 100L << 30;

    private static final String WORKER_TOKEN = "ROUNDELAY_WORKER_TOKEN";
    private static final String AUTHORITY = "ROUNDELAY_CACERT";
    private static final String MARK = "first-start";
    private static final String KEY_NAME = "first start";

    private final JdbcAccounts accounts;
    private final Passwords passwords;
    private final Secrets secrets;
    private final BucketIndex index;
    private final WorkerTokensResource tokens;
    private final InstantSource clock;
    private final RandomGenerator random;

    public Bootstrap(
            JdbcAccounts accounts,
            Passwords passwords,
            Secrets secrets,
            BucketIndex index,
            WorkerTokensResource tokens,
            InstantSource clock,
            RandomGenerator random) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.secrets = secrets;
        this.index = index;
        this.tokens = tokens;
        this.clock = clock;
        this.random = random;
    }

    /// Where clients find this server.
    ///
    /// @param hasAuthority whether its certificates are of its own authority
    public record Addresses(String apiUrl, String s3Url, String region, boolean hasAuthority) {}

    /// Makes the first user if there is none, and writes the file; afterwards only keeps the addresses in it true.
    public void run(Path credentials, Addresses addresses) throws IOException {
        Map<String, String> values = read(credentials);
        Path mark = credentials.resolveSibling(MARK);
        if (accounts.isEmpty() || Files.exists(mark)) {
            set(mark);
            values.putAll(createAdmin());
        } else if (values.isEmpty()) {
            return;
        }
        values.computeIfPresent(WORKER_TOKEN, (_, token) -> tokens.pinned(token));
        Path own = credentials.resolveSibling(AutomaticTls.FOLDER).resolve(AutomaticTls.AUTHORITY);
        if (addresses.hasAuthority()) {
            values.put(AUTHORITY, own.toString());
        } else {
            values.remove(AUTHORITY, own.toString());
        }
        values.put("RESON_BASE_URL", addresses.apiUrl());
        values.put("RESON_DASHBOARD_URL", addresses.apiUrl());
        values.put("RESON_S3_ENDPOINT", addresses.s3Url());
        values.put("RESON_S3_REGION", addresses.region());
        write(credentials, values);
        Files.deleteIfExists(mark);
    }

    /// Makes what is not there yet.
    private Map<String, String> createAdmin() {
        String password = secrets.password();
        UserId id = admin(passwords.hash(password));
        String apiKey = secrets.token("rsk_live_");
        accounts.keys(id).stream()
                .filter(key -> key.name().equals(KEY_NAME))
                .forEach(key -> accounts.removeKey(id, key.id()));
        accounts.addKey(
                id,
                new JdbcAccounts.ApiKey(
                        Ids.create("key_", clock.instant(), random),
                        KEY_NAME,
                        JdbcAccounts.shownPrefix(apiKey),
                        clock.instant(),
                        null),
                apiKey);
        OwnerId owner = new OwnerId(id.value());
        Bucket bucket = index.findBucketOf(owner)
                .orElseGet(() -> index.createBucket(owner, newBucketName(), DEFAULT_QUOTA_BYTES));
        String accessKey = secrets.accessKeyId();
        accounts.setBucketKey(id, accessKey);
        Map<String, String> values = new LinkedHashMap<>();
        values.put("RESON_API_KEY", apiKey);
        values.put("RESON_S3_KEY", accessKey);
        values.put("RESON_S3_SECRET", secrets.bucketSecret(accessKey));
        values.put("RESON_S3_BUCKET", bucket.name().value());
        values.put("ROUNDELAY_EMAIL", ADMIN);
        values.put("ROUNDELAY_PASSWORD", password);
        values.put(WORKER_TOKEN, tokens.mint(id, KEY_NAME, true, null).secret());
        return values;
    }

    private UserId admin(String passwordHash) {
        Optional<JdbcAccounts.Account> begun = accounts.findByEmail(ADMIN);
        if (begun.isPresent()) {
            UserId id = begun.get().id();
            accounts.changePassword(id, passwordHash, null);
            return id;
        }
        UserId id = new UserId(Ids.create("usr_", clock.instant(), random));
        accounts.add(new JdbcAccounts.Account(id, ADMIN, true, false, passwordHash, clock.instant()));
        return id;
    }

    /// Returns a new name for a bucket.
    public BucketName newBucketName() {
        return new BucketName("rd-" + HexFormat.of().toHexDigits(random.nextLong()));
    }

    private static Map<String, String> read(Path credentials) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(credentials)) {
                int at = line.indexOf('=');
                if (at > 0) {
                    values.put(line.substring(0, at), line.substring(at + 1));
                }
            }
        } catch (NoSuchFileException e) {
            return values;
        }
        return values;
    }

    private static void write(Path credentials, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        Path fresh = credentials.resolveSibling("credentials.env.new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        flush(fresh, StandardOpenOption.WRITE);
        Files.move(fresh, credentials, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        flush(folderOf(credentials), StandardOpenOption.READ);
    }

    private static void set(Path mark) throws IOException {
        if (!Files.exists(mark)) {
            Files.createFile(mark);
            flush(folderOf(mark), StandardOpenOption.READ);
        }
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static void flush(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
