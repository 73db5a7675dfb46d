package dev.roundelay.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// What must be true of rows that name blobs.
final class RowCheck {
    private static final String REPORT =
            "; the database was changed by hand or by a fault of the server: restore a backup, and report it";

    /// Each row that names a blob, what it is to people, and the size that it says, if it says one.
    private static final String NAMERS = """
            select 'object ' || bucket || '/' || key as what, blob, size_bytes from bucket_object
            union all select 'part ' || number || ' of upload ' || upload, blob, size_bytes from upload_part
            union all select snapshot || ' ' || key, blob, size_bytes from snapshot_entry
            union all select 'composite ' || blob, part, null from blob_part
            union all select 'model ' || number || ' of ' || job_id, weights_blob, weights_bytes from global_model
            union all select 'state of model ' || number || ' of ' || job_id, state_blob, state_bytes from global_model
              where state_blob is not null
            union all select 'file ' || path || ' of ' || assignment_id, blob, size_bytes from staged_file
            """;

    private static final String NAMELESS = """
            select '[' || n.what || '] ' || case when b.id is null
                then 'names blob ' || n.blob || ', of which there is no row'
                else 'says ' || n.size_bytes || ' bytes, its blob ' || b.id || ' has ' || b.size_bytes end
            from (%s) n left join blob b on b.id = n.blob
            where b.id is null or b.size_bytes <> n.size_bytes
            """.formatted(NAMERS);

    private static final String MISCOUNTED = """
            select '[blob ' || b.id || '] ' || coalesce(n.count, 0) || ' rows name it, it counts ' || b.refs
            from blob b left join (
                select blob, count(*) as count from (
                    select blob from bucket_object union all select blob from upload_part
                    union all select blob from snapshot_entry union all select part from blob_part) r group by blob) n
              on n.blob = b.id
            where b.refs <> coalesce(n.count, 0)
            """;

    private static final String BURIED_ALIVE =
            "select '[blob ' || b.id || '] is in use and garbage at once' from blob b join garbage g on g.blob = b.id";

    private static final String NAMERS_OF = "select what from (" + NAMERS + ") n where blob = ? order by what limit 3";

    private RowCheck() {}

    static List<String> faults(Statement statement) throws SQLException {
        List<String> faults = new ArrayList<>();
        for (String query : List.of(NAMELESS, MISCOUNTED, BURIED_ALIVE)) {
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    faults.add(rows.getString(1) + REPORT);
                }
            }
        }
        return faults;
    }

    static List<String> namers(Connection connection, String blob) throws SQLException {
        List<String> namers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(NAMERS_OF)) {
            statement.setString(1, blob);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    namers.add(rows.getString(1));
                }
            }
        }
        return namers;
    }
}
