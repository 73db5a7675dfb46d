package dev.roundelay.server.store;

import java.util.List;

/// The tables of V2__storage.sql, for tests.
final class StorageTables {
    private static final List<String> TABLES = List.of(
            "snapshot_entry",
            "upload_part",
            "upload",
            "bucket_object",
            "blob_part",
            "blob",
            "reservation",
            "garbage",
            "bucket");

    private StorageTables() {}

    static void empty(Database database) {
        database.jdbi().useTransaction(handle -> TABLES.forEach(table -> handle.execute("delete from " + table)));
    }
}
