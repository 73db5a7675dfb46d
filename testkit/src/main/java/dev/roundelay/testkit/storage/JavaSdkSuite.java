package dev.roundelay.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.Delete;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The AWS SDK for Java 2 with its default settings (chunked bodies with CRC trailers) against an endpoint.
public abstract class JavaSdkSuite {
    private static final String BUCKET = S3Fixture.USER.bucket().value();

    private S3Client s3;

    /// Starts an endpoint with the fixture's users over an empty store and returns its port.
    protected abstract int startEndpoint() throws Exception;

    protected abstract void stopEndpoint() throws Exception;

    private int port;

    @BeforeEach
    void connect() throws Exception {
        port = startEndpoint();
        s3 = client(S3Fixture.USER.accessKeyId(), S3Fixture.USER.secretAccessKey());
    }

    @AfterEach
    void disconnect() throws Exception {
        s3.close();
        stopEndpoint();
    }

    private S3Client client(String key, String secret) {
        return S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.of("garage"))
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret)))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static void assertRefused(int status, String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(S3Exception.class, e -> {
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        });
    }

    @Test
    void objects_are_put_read_listed_copied_and_deleted() {
        byte[] body = random(3_000_000);
        s3.putObject(r -> r.bucket(BUCKET).key("a/b").contentType("x/y"), RequestBody.fromBytes(body));
        assertThat(s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("a/b")).asByteArray())
                .isEqualTo(body);
        assertThat(s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("a/b").range("bytes=5-9"))
                        .asByteArray())
                .hasSize(5);
        HeadObjectResponse head = s3.headObject(r -> r.bucket(BUCKET).key("a/b"));
        assertThat(head.contentLength()).isEqualTo(body.length);
        assertThat(head.contentType()).isEqualTo("x/y");
        s3.copyObject(r -> r.sourceBucket(BUCKET)
                .sourceKey("a/b")
                .destinationBucket(BUCKET)
                .destinationKey("a/ü c"));

        List<String> keys = s3.listObjectsV2Paginator(r -> r.bucket(BUCKET).maxKeys(1)).contents().stream()
                .map(S3Object::key)
                .toList();
        assertThat(keys).containsExactly("a/b", "a/ü c");
        s3.deleteObjects(r -> r.bucket(BUCKET)
                .delete(Delete.builder()
                        .objects(keys.stream()
                                .map(key -> ObjectIdentifier.builder().key(key).build())
                                .toList())
                        .build()));
        assertThat(s3.listObjectsV2(r -> r.bucket(BUCKET)).contents()).isEmpty();
    }

    @Test
    void parts_are_joined_with_every_checksum() {
        for (ChecksumAlgorithm algorithm : List.of(
                ChecksumAlgorithm.CRC32, ChecksumAlgorithm.SHA256, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.CRC32_C)) {
            byte[] one = random(5 << 20);
            byte[] two = random(1000);
            String upload = s3.createMultipartUpload(
                            r -> r.bucket(BUCKET).key("m").checksumAlgorithm(algorithm))
                    .uploadId();
            var parts = new ArrayList<CompletedPart>();
            for (int number : IntStream.of(1, 2).toArray()) {
                var answer = s3.uploadPart(
                        r -> r.bucket(BUCKET)
                                .key("m")
                                .uploadId(upload)
                                .partNumber(number)
                                .checksumAlgorithm(algorithm),
                        RequestBody.fromBytes(number == 1 ? one : two));
                parts.add(CompletedPart.builder()
                        .partNumber(number)
                        .eTag(answer.eTag())
                        .checksumCRC32(answer.checksumCRC32())
                        .checksumCRC32C(answer.checksumCRC32C())
                        .checksumSHA1(answer.checksumSHA1())
                        .checksumSHA256(answer.checksumSHA256())
                        .build());
            }
            assertThat(s3.listParts(r -> r.bucket(BUCKET).key("m").uploadId(upload))
                            .parts())
                    .hasSize(2);
            s3.completeMultipartUpload(
                    r -> r.bucket(BUCKET).key("m").uploadId(upload).multipartUpload(m -> m.parts(parts)));
            byte[] whole = s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("m")).asByteArray();
            assertThat(whole).as("%s", algorithm).hasSize(one.length + two.length);
        }
    }

    @Test
    void conditions_and_errors_arrive_as_their_codes() {
        String etag = s3.putObject(r -> r.bucket(BUCKET).key("c"), RequestBody.fromString("1"))
                .eTag();
        assertRefused(
                412,
                "PreconditionFailed",
                () -> s3.putObject(r -> r.bucket(BUCKET).key("c").ifNoneMatch("*"), RequestBody.fromString("2")));
        s3.putObject(r -> r.bucket(BUCKET).key("c").ifMatch(etag), RequestBody.fromString("3"));
        assertThat(s3.getObjectAsBytes(r -> r.bucket(BUCKET).key("c")).asUtf8String())
                .isEqualTo("3");
        assertRefused(404, "NoSuchKey", () -> s3.getObject(r -> r.bucket(BUCKET).key("none")));
        assertRefused(
                403,
                "AccessDenied",
                () -> s3.getObject(
                        r -> r.bucket(S3Fixture.OTHER.bucket().value()).key("k")));
        try (S3Client wrong = client(S3Fixture.USER.accessKeyId(), "wrong")) {
            assertRefused(403, "SignatureDoesNotMatch", () -> wrong.listObjectsV2(r -> r.bucket(BUCKET)));
        }
        try (S3Client poor = client(S3Fixture.POOR.accessKeyId(), S3Fixture.POOR.secretAccessKey())) {
            assertRefused(
                    403,
                    "QuotaExceeded",
                    () -> poor.putObject(
                            r -> r.bucket(S3Fixture.POOR.bucket().value()).key("k"),
                            RequestBody.fromBytes(new byte[11 << 20])));
        }
    }
}
