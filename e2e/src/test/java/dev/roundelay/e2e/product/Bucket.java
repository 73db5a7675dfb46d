package dev.roundelay.e2e.product;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The bucket of the first user, through the AWS SDK.
public final class Bucket implements AutoCloseable {
    private final S3Client s3;
    private final String name;

    public Bucket(Map<String, String> credentials) {
        this.name = Objects.requireNonNull(credentials.get("RESON_S3_BUCKET"));
        this.s3 = S3Client.builder()
                .endpointOverride(URI.create(Objects.requireNonNull(credentials.get("RESON_S3_ENDPOINT"))))
                .region(Region.of(Objects.requireNonNull(credentials.get("RESON_S3_REGION"))))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        credentials.get("RESON_S3_KEY"), credentials.get("RESON_S3_SECRET"))))
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    public void put(String key, byte[] bytes) {
        s3.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(bytes));
    }

    public void put(String key, String text) {
        put(key, text.getBytes(StandardCharsets.UTF_8));
    }

    public void delete(String key) {
        s3.deleteObject(request -> request.bucket(name).key(key));
    }

    public byte[] get(String key) {
        return s3.getObjectAsBytes(request -> request.bucket(name).key(key)).asByteArray();
    }

    public String text(String key) {
        return new String(get(key), StandardCharsets.UTF_8);
    }

    /// Returns the keys below a prefix, in order.
    public List<String> keys(String prefix) {
        return s3.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    @Override
    public void close() {
        s3.close();
    }
}
