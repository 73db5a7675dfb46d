package dev.roundelay.server.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Json;
import dev.roundelay.federation.Contribution;
import dev.roundelay.federation.StagedFile;
import dev.roundelay.federation.StoredModel;
import dev.roundelay.federation.Validation;
import dev.roundelay.federation.round.Round;
import dev.roundelay.federation.round.RoundState;
import dev.roundelay.kernel.assignment.AssignmentId;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.storage.Blob;
import dev.roundelay.storage.BlobId;
import dev.roundelay.storage.ETag;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How the facts of runs stand in rows.
final class RunRows {
    private static final TypeReference<Map<String, Double>> NUMBERS = new TypeReference<>() {};

    private RunRows() {}

    static Round round(ResultSet row) throws SQLException {
        return new Round(
                row.getInt("number"),
                RoundState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getTimestamp("opened_at").toInstant(),
                instant(row, "closed_at"),
                members(row));
    }

    static Contribution contribution(ResultSet row) throws SQLException {
        return new Contribution(
                row.getInt("shard"),
                new AssignmentId(row.getString("assignment_id")),
                row.getInt("attempt"),
                new WorkerId(row.getString("worker_id")),
                row.getString("server"),
                row.getString("file"),
                row.getLong("size_bytes"),
                row.getLong("crc32c"),
                row.getLong("samples"),
                row.getDouble("seconds"),
                row.getTimestamp("started_at").toInstant(),
                row.getTimestamp("received_at").toInstant(),
                numbers(row.getString("metrics")));
    }

    static Validation validation(ResultSet row) throws SQLException {
        return new Validation(
                row.getInt("model"),
                row.getInt("shard"),
                row.getLong("samples"),
                row.getDouble("seconds"),
                row.getTimestamp("received_at").toInstant(),
                numbers(row.getString("metrics")));
    }

    static StoredModel model(ResultSet row) throws SQLException {
        return new StoredModel(
                row.getInt("number"),
                blob(row, "weights_"),
                row.getString("state_blob") == null ? null : blob(row, "state_"));
    }

    static StagedFile stagedFile(ResultSet row) throws SQLException {
        var blob = new Blob(
                new BlobId(row.getString("blob")),
                row.getLong("size_bytes"),
                row.getLong("crc32c"),
                new ETag(row.getString("etag")),
                List.of());
        return new StagedFile(
                row.getInt("round"),
                row.getInt("shard"),
                new AssignmentId(row.getString("assignment_id")),
                row.getString("path"),
                blob);
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    static String json(Map<String, Double> numbers) {
        try {
            return Json.strict().writeValueAsString(numbers);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("names and finite numbers could not be written", e);
        }
    }

    static Map<String, Double> numbers(String json) {
        try {
            return Json.strict().readValue(json, NUMBERS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("[run store] stored metrics cannot be read: " + json, e);
        }
    }

    private static SortedSet<Integer> members(ResultSet row) throws SQLException {
        return new TreeSet<>(Arrays.asList((Integer[]) row.getArray("members").getArray()));
    }

    private static Blob blob(ResultSet row, String prefix) throws SQLException {
        return new Blob(
                new BlobId(row.getString(prefix + "blob")),
                row.getLong(prefix + "bytes"),
                row.getLong(prefix + "crc32c"),
                new ETag(row.getString(prefix + "etag")),
                List.of());
    }
}
