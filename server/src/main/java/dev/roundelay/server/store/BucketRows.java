package dev.roundelay.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Json;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.Bucket;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ETag;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.SnapshotEntry;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.UploadId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;

/// Turns rows of the storage tables into records, and attributes into JSON.
final class BucketRows {
    static final String OBJECT = "key, blob, size_bytes, etag, content_type, headers, metadata, modified_at";

    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

    private BucketRows() {}

    static Bucket bucket(ResultSet row) throws SQLException {
        return new Bucket(
                new BucketName(row.getString("name")),
                new OwnerId(row.getString("owner_id")),
                row.getLong("quota_bytes"),
                row.getLong("used_bytes"),
                row.getLong("reserved_bytes"),
                time(row, "created_at"));
    }

    static StoredObject object(ResultSet row) throws SQLException {
        return new StoredObject(
                new ObjectKey(row.getString("key")),
                new BlobId(row.getString("blob")),
                row.getLong("size_bytes"),
                new ETag(row.getString("etag")),
                attributes(row),
                time(row, "modified_at"));
    }

    private static ObjectAttributes attributes(ResultSet row) throws SQLException {
        return new ObjectAttributes(
                row.getString("content_type"), texts(row.getString("headers")), texts(row.getString("metadata")));
    }

    static Upload upload(ResultSet row) throws SQLException {
        return new Upload(
                new UploadId(row.getString("id")),
                new BucketName(row.getString("bucket")),
                new ObjectKey(row.getString("key")),
                attributes(row),
                time(row, "created_at"));
    }

    static Part part(ResultSet row) throws SQLException {
        return new Part(
                row.getInt("number"),
                new BlobId(row.getString("blob")),
                row.getLong("size_bytes"),
                new ETag(row.getString("etag")),
                time(row, "modified_at"));
    }

    static SnapshotEntry entry(ResultSet row) throws SQLException {
        return new SnapshotEntry(
                new ObjectKey(row.getString("key")),
                new BlobId(row.getString("blob")),
                row.getLong("size_bytes"),
                new ETag(row.getString("etag")));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    static String json(Map<String, String> texts) {
        try {
            return Json.strict().writeValueAsString(texts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("[object attributes] cannot be written as JSON", e);
        }
    }

    private static Map<String, String> texts(String json) {
        if (json.equals("{}")) {
            return Map.of();
        }
        try {
            return Json.strict().readValue(json, TEXTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("[object attributes] stored JSON cannot be read: " + json, e);
        }
    }
}
