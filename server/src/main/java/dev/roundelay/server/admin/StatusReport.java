package dev.roundelay.server.admin;

import dev.roundelay.server.BuildVersion;
import dev.roundelay.server.store.Database;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// How a server stands, in lines for people: disk by kind, workers and jobs by state, what waits.
final class StatusReport {
    /// What lies in a data folder, and what it is.
    private static final Map<String, String> KINDS = kinds();

    private final Path dataDir;
    private final Database database;

    StatusReport(Path dataDir, Database database) {
        this.dataDir = dataDir;
        this.database = database;
    }

    List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "release    " + BuildVersion.roundelay() + ", tables of version "
                        + first(
                                "select version from flyway_schema_history where success order by installed_rank desc limit 1"));
        lines.add("active     "
                + first("select 'epoch ' || epoch || ' since ' || taken_at || ', ' || holder from server_epoch"));
        lines.add("workers    "
                + counts("select state, count(*) from worker where state <> 'removed' group by 1 order by 1"));
        lines.add("jobs       " + counts("select state, count(*) from job group by 1 order by 1"));
        lines.add("queue      "
                + counts("select name || ' since ' || phase_since, shards from job where phase = 'queued'"
                        + " order by phase_since limit 20"));
        lines.add("users      " + first("select count(*) from app_user") + ", buckets hold "
                + bytes(Long.parseLong(first("select coalesce(sum(used_bytes), 0) from bucket"))));
        lines.add("disk       " + bytes(Files.getFileStore(dataDir).getUsableSpace()) + " free at " + dataDir);
        for (Map.Entry<String, String> kind : KINDS.entrySet()) {
            Path folder = dataDir.resolve(kind.getKey());
            if (Files.exists(folder)) {
                lines.add(String.format(
                        Locale.ROOT, "  %-10s %10s  %s", kind.getKey(), bytes(size(folder)), kind.getValue()));
            }
        }
        return lines;
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("blobs", "bytes of files and models; those that nothing refers to go within a day");
        kinds.put("postgres", "the database of its own: rows, its log, its programs");
        kinds.put("spool", "updates of open rounds, uploads of workers");
        kinds.put("handover", "files that change hands with workers of this machine");
        kinds.put("workers", "local workers of `roundelay up`: environments, downloads");
        kinds.put("downloads", "what machines that join fetch");
        kinds.put("backups", "rows before the last upgrades; backups without --to");
        kinds.put("logs", "of `roundelay up` and its children");
        return kinds;
    }

    private String first(String query) {
        return database.jdbi()
                .withHandle(handle ->
                        handle.createQuery(query).mapTo(String.class).findOne().orElse("none"));
    }

    private String counts(String query) {
        List<String> counts = database.jdbi()
                .withHandle(handle -> handle.createQuery(query)
                        .map((row, _) -> row.getString(1) + " " + row.getLong(2))
                        .list());
        return counts.isEmpty() ? "none" : counts.stream().collect(Collectors.joining(", "));
    }

    private static long size(Path folder) throws IOException {
        long[] bytes = {0};
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes[0] += attributes.isRegularFile() ? attributes.size() : 0;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // Removed meanwhile, or for its owner only.
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes[0];
    }

    private static String bytes(long count) {
        return String.format(Locale.ROOT, "%,.1f MB", count / 1e6);
    }
}
