package dev.roundelay.server.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.server.store.JdbcBucketIndex;
import dev.roundelay.server.store.SweepHold;
import dev.roundelay.server.store.TestDatabase;
import dev.roundelay.storage.BlobSweeper;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ObjectAttributes;
import dev.roundelay.storage.ObjectKey;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.OwnerId;
import dev.roundelay.storage.Part;
import dev.roundelay.storage.PartTag;
import dev.roundelay.storage.Precondition;
import dev.roundelay.storage.StoredObject;
import dev.roundelay.storage.Upload;
import dev.roundelay.storage.disk.DiskBlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Backups of a store on disk and PostgreSQL, and what comes back.
class BackupIT {
    private static final BucketName BUCKET = new BucketName("main-bucket");
    private static final String KEY = "ab".repeat(32);

    @RegisterExtension
    final TestDatabase database = TestDatabase.bundled();

    @RegisterExtension
    final TestDatabase other = TestDatabase.bundled();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private final List<String> told = new ArrayList<>();
    private Path data;
    private DiskBlobStore blobs;
    private ObjectStore objects;

    @BeforeEach
    void open() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("server.key"), KEY);
        Files.writeString(data.resolve("server.id"), "0011");
        blobs = new DiskBlobStore(data.resolve("blobs"), new SecureRandom()).start();
        JdbcBucketIndex index = new JdbcBucketIndex(database.jdbi(), InstantSource.system(), new SecureRandom());
        index.createBucket(new OwnerId("usr_1"), BUCKET, 1 << 30);
        objects = new ObjectStore(blobs, index);
        reset(other);
    }

    @Test
    void objects_come_back_elsewhere_with_their_bytes() throws Exception {
        put("a", "first");
        put("empty", "");
        Path worker = Files.createDirectories(data.resolve("workers/local-1"));
        Files.writeString(worker.resolve("worker.json"), "{}");
        Files.writeString(worker.resolve("environment"), "is built anew");
        StoredObject whole = putInParts("b");
        Backup backup = backup();

        Path restored = restore(backup);

        ObjectStore copy = new ObjectStore(
                new DiskBlobStore(restored.resolve("blobs"), new SecureRandom()),
                new JdbcBucketIndex(other.jdbi(), InstantSource.system(), new SecureRandom()));
        assertThat(text(copy, "a")).isEqualTo("first");
        assertThat(text(copy, "empty")).isEmpty();
        assertThat(copy.index().find(BUCKET, new ObjectKey("b"))).contains(whole);
        assertThat(text(copy, "b")).isEqualTo("x".repeat(5 << 20) + "end");
        assertThat(restored.resolve("server.key")).hasContent(KEY);
        assertThat(restored.resolve("server.id")).as("a copy is another server").doesNotExist();
        assertThat(restored.resolve("workers/local-1/worker.json")).hasContent("{}");
        assertThat(restored.resolve("workers/local-1/environment")).doesNotExist();
        assertThat(verify(restored, other).faults()).isZero();
        assertThat(verify(data, database).faults()).isZero();
        assertThat(told).isEmpty();
    }

    @Test
    void nobody_but_the_owner_can_read_any_file_of_a_backup() throws Exception {
        put("a", "first");

        try (Stream<Path> files = Files.walk(backup().folder())) {
            for (Path file : files.toList()) {
                assertThat(Files.getPosixFilePermissions(file))
                        .as(file.toString())
                        .isSubsetOf(
                                PosixFilePermission.OWNER_READ,
                                PosixFilePermission.OWNER_WRITE,
                                PosixFilePermission.OWNER_EXECUTE);
            }
        }
    }

    @Test
    void a_second_backup_takes_only_what_is_new_and_stands_without_the_first() throws Exception {
        put("a", "first");
        Backup first = backup();
        put("b", "second");

        Backup second = backup();
        assertThat(first.manifest().newBlobs()).isEqualTo(1);
        assertThat(second.manifest().blobs()).isEqualTo(2);
        assertThat(second.manifest().newBlobs()).isEqualTo(1);
        assertThat(second.manifest().newBytes()).isEqualTo("second".length());
        try (BackupFolder backups = BackupFolder.open(folder.resolve("backups"))) {
            assertThat(backups.removeOld(1)).containsExactly(first.name());
        }

        assertThat(verifyBackup(second)).isZero();
    }

    @Test
    void a_blob_that_loses_its_last_row_after_the_snapshot_outlives_every_sweep_until_it_is_copied() throws Exception {
        put("kept", "kept");
        StoredObject doomed = put("doomed", "doomed");
        List<Boolean> seen = new ArrayList<>();
        int[] calls = {0};
        // The clock is first asked before the rows are read, and then between them and the blobs.
        InstantSource clock = () -> {
            if (calls[0]++ == 1) {
                objects.index().delete(BUCKET, List.of(new ObjectKey("doomed")));
                seen.add(sweptAll() == 0 && blobs.contains(doomed.blob()));
            }
            return Instant.now();
        };

        Backup backup = backup(clock);

        assertThat(seen).containsExactly(true);
        assertThat(told).isEmpty();
        assertThat(backup.manifest().blobs()).isEqualTo(2);
        assertThat(sweptAll()).as("the hold ended with the backup").isEqualTo(1);
        assertThat(blobs.contains(doomed.blob())).isFalse();
        assertThat(verifyBackup(backup)).isZero();
    }

    @Test
    void one_that_broke_off_is_never_taken_for_a_backup() throws Exception {
        put("a", "first");
        int[] calls = {0};
        InstantSource dying = () -> {
            if (calls[0]++ == 2) {
                throw new IllegalStateException("killed");
            }
            return Instant.now();
        };

        assertThatThrownBy(() -> backup(dying)).hasMessage("killed");

        assertThat(BackupFolder.list(folder.resolve("backups"))).isEmpty();
        backup();
        try (Stream<Path> files = Files.list(folder.resolve("backups"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".unfinished")))
                    .isEmpty();
        }
        assertThat(BackupFolder.list(folder.resolve("backups"))).hasSize(1);
    }

    @Test
    void a_flipped_byte_a_cut_and_a_missing_blob_are_found_with_what_they_belong_to() throws Exception {
        Path flipped = file(put("flipped", "abc"));
        Path cut = file(put("cut", "abc"));
        Path missing = file(put("missing", "abc"));
        put("sound", "abc");
        Files.writeString(flipped, "abd");
        Files.writeString(cut, "ab");
        Files.delete(missing);

        assertThat(verify(data, database).faults()).isEqualTo(3);

        assertThat(told)
                .anySatisfy(line -> assertThat(line)
                        .contains("has other bytes", "object main-bucket/flipped", "from a backup that has it whole"))
                .anySatisfy(line -> assertThat(line).contains("has 2 bytes instead of 3", "object main-bucket/cut"))
                .anySatisfy(line -> assertThat(line).contains("is missing", "object main-bucket/missing"));
    }

    @Test
    void the_rest_of_a_damaged_server_is_backed_up_and_a_former_backup_heals_it() throws Exception {
        StoredObject old = put("old", "abc");
        backup();
        StoredObject young = put("young", "abc");
        Files.writeString(file(old), "abd");
        Files.writeString(file(young), "abd");

        Backup second = backup();

        assertThat(second.manifest().faultCount()).isEqualTo(1);
        assertThat(told).singleElement().asString().contains("has other bytes", "object main-bucket/young");
        assertThat(second.folder().resolve("blobs").resolve(blobs("old"))).hasContent("abc");
        told.clear();
        Restore.Restored restored = run(second, folder.resolve("elsewhere"));
        assertThat(restored.lost()).isEqualTo(1);
        assertThat(told).singleElement().asString().contains("is missing", "object main-bucket/young");
    }

    @Test
    void rows_that_name_no_blob_or_another_size_or_are_miscounted_are_found() throws Exception {
        put("lost", "abc");
        put("resized", "abc");
        database.jdbi().useHandle(handle -> {
            handle.execute("update bucket_object set blob = repeat('0', 32) where key = 'lost'");
            handle.execute("update bucket_object set size_bytes = 7 where key = 'resized'");
        });

        verify(data, database);

        assertThat(told)
                .anySatisfy(line -> assertThat(line).contains("[object main-bucket/lost]", "of which there is no row"))
                .anySatisfy(line -> assertThat(line).contains("[object main-bucket/resized] says 7 bytes"))
                .anySatisfy(line -> assertThat(line).contains("0 rows name it, it counts 1"));
    }

    @Test
    void a_file_without_a_row_is_a_fault_only_beyond_the_grace() throws Exception {
        Path orphan = data.resolve("blobs")
                .resolve(name(blobs.put(new byte[] {1}).id().value()));
        assertThat(verify(data, database).faults()).isZero();

        Files.setLastModifiedTime(orphan, FileTime.from(Instant.now().minus(Duration.ofHours(26))));

        assertThat(verify(data, database).faults()).isEqualTo(1);
        assertThat(told).singleElement().asString().contains("no row names its file");
    }

    @Test
    void a_missing_key_is_a_fault() throws Exception {
        Files.delete(data.resolve("server.key"));

        assertThat(verify(data, database).faults()).isEqualTo(1);
        assertThatThrownBy(this::backup).hasMessageContaining("no data folder of a server");
    }

    @Test
    void a_damaged_backup_is_found() throws Exception {
        StoredObject object = put("a", "abc");
        Backup backup = backup();
        assertThat(verifyBackup(backup)).isZero();

        Path copy = backup.folder().resolve("blobs").resolve(name(object.blob().value()));
        Files.writeString(copy, "abd");
        reset(other);
        assertThat(verifyBackup(backup)).isEqualTo(1);
        Files.writeString(copy, "abc");
        Path orphan = backup.folder().resolve("blobs/00/" + "0".repeat(32));
        Files.writeString(orphan, "x");
        reset(other);
        assertThat(verifyBackup(backup)).isEqualTo(1);
        Files.delete(orphan);

        byte[] rows = Files.readAllBytes(backup.rows());
        rows[rows.length / 2] ^= 1;
        Files.write(backup.rows(), rows);
        assertThat(new BackupCheck(backup, InstantSource.system(), told::add).filesAreWhole())
                .isFalse();
        assertThatThrownBy(
                        () -> new Restore(backup, folder.resolve("e"), InstantSource.system(), new Random(1)).begin())
                .hasMessageContaining("rows.zip] has other bytes");
        assertThat(folder.resolve("e")).doesNotExist();
    }

    @Test
    void a_folder_or_a_database_that_is_not_empty_is_left_alone() throws Exception {
        put("a", "abc");
        Backup backup = backup();

        assertThatThrownBy(() -> restorer(backup, data).begin())
                .hasMessageContaining("is not empty (blobs, server.id, server.key)");
        Path target = folder.resolve("elsewhere");
        Restore restore = restorer(backup, target);
        restore.begin();
        assertThatThrownBy(() -> restore.run(database.database(), told::add))
                .hasMessageContaining("make an empty database");
        assertThatThrownBy(() -> Restore.requireFinished(target)).hasMessageContaining("empty the folder and restore");
        Restore.requireFinished(data);
    }

    @Test
    void nothing_of_the_old_servers_later_life_fits_a_copy() throws Exception {
        database.raiseEpoch();
        database.jdbi().useHandle(handle -> handle.execute(WORLD));
        Backup backup = backup();

        restore(backup);

        assertThat(other.values("select epoch from server_epoch", Long.class)).containsExactly(1_000_001L);
        assertThat(other.values("select holder from server_epoch", String.class))
                .containsExactly("");
        assertThat(other.values("select seq from job_counter order by job_id", Long.class))
                .as("of an ended job nothing more is said")
                .containsExactly(41L, 1_000_000_042L);
        assertThat(other.values("select instance_id like 'restored-%' from worker", Boolean.class))
                .containsExactly(true);
        assertThat(other.values("select strikes from assignment", Integer.class))
                .containsExactly(0);
        assertThat(other.values("select count(*) from user_session", Long.class))
                .containsExactly(0L);
        assertThat(other.values("select id from worker_token where expires_at is not null", String.class))
                .containsExactly("single");
        assertThat(other.values("select action from audit_entry", String.class)).containsExactly("server.restored");
    }

    private static final String WORLD = """
            insert into app_user (id, email, password_hash, role, created_at) values ('usr_1', 'a@x', 'h', 'user', now());
            insert into user_session values ('\\x00', 'usr_1', 'csrf', now(), now() + interval '1 h');
            insert into worker_token (id, owner_id, reusable, secret_sha256, created_at)
              values ('single', 'usr_1', false, '\\x01', now()), ('many', 'usr_1', true, '\\x02', now());
            insert into job (id, owner_id, name, slug, state, phase, phase_since, shards, selection, min_clients,
                continue_on_site_error, queue_timeout_ms, prepare_timeout_ms, recovery_timeout_ms, max_attempts, priority,
                created_at, cancel_requested, dropped, note, tags, search)
              select id, 'usr_1', id, id, state, phase, now(), 1, '{}', 1, false, 1, 1, 1, 3, 0, now(), false, '{}', '', '{}', ''
              from (values ('job_1', 'FINISHED', null), ('job_2', 'RUNNING', 'training')) v (id, state, phase);
            insert into job_counter (job_id, seq) values ('job_1', 41), ('job_2', 42);
            insert into worker (id, name, owner_id, shared, state, drain, instance_id, former_instances, slots, device, model,
                memory_mb, labels, datasets, versions, allowed_users, environment_keys, price_per_gpu_hour_cents,
                owner_labels, platform_failures, created_at, last_seen_at)
              values ('wrk_1', 'w', 'usr_1', false, 'online', false, 'old', '{}', 1, 'cpu', '', 1, '{}', '{}', '{}', '{}', '{}',
                0, '{}', 0, now(), now());
            insert into assignment (id, job_id, shard, worker_id, attempt, fence, state, strikes, stopping, last_log, offered_at)
              values ('asg_1', 'job_2', 0, 'wrk_1', 1, 'f', 'ready', 3, false, 0, now());
            """;

    private StoredObject put(String key, String text) throws IOException {
        return objects.put(BUCKET, new ObjectKey(key), text.getBytes(StandardCharsets.UTF_8), ObjectAttributes.DEFAULT);
    }

    private StoredObject putInParts(String key) throws IOException {
        ObjectKey name = new ObjectKey(key);
        Upload upload = objects.index().createUpload(BUCKET, name, ObjectAttributes.DEFAULT);
        List<PartTag> tags = new ArrayList<>();
        for (String text : List.of("x".repeat(5 << 20), "end")) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Part part = objects.putPart(
                    BUCKET, name, upload.id(), tags.size() + 1, new ByteArrayInputStream(bytes), bytes.length);
            tags.add(new PartTag(part.number(), part.etag()));
        }
        return objects.complete(BUCKET, name, upload.id(), tags, Precondition.NONE);
    }

    private static String text(ObjectStore store, String key) throws IOException {
        try (InputStream in =
                store.open(store.index().find(BUCKET, new ObjectKey(key)).orElseThrow())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private Path blobs(String key) {
        return Path.of(name(objects.index()
                .find(BUCKET, new ObjectKey(key))
                .orElseThrow()
                .blob()
                .value()));
    }

    private Path file(StoredObject object) {
        return data.resolve("blobs").resolve(name(object.blob().value()));
    }

    private static String name(String id) {
        return id.substring(0, 2) + "/" + id;
    }

    private long sweptAll() {
        InstantSource later = () -> Instant.now().plus(Duration.ofDays(3));
        try {
            BlobSweeper.Swept swept = new BlobSweeper(
                            blobs,
                            objects.index(),
                            later,
                            Duration.ZERO,
                            Duration.ZERO,
                            () -> SweepHold.isHeld(database.jdbi()))
                    .sweep();
            return swept.garbage() + swept.orphans();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Backup backup() throws IOException {
        return backup(InstantSource.system());
    }

    private Backup backup(InstantSource clock) throws IOException {
        try (BackupFolder backups = BackupFolder.open(folder.resolve("backups"))) {
            return new BackupWriter(data, database.database(), clock, told::add).write(backups);
        }
    }

    private Path restore(Backup backup) throws IOException {
        Path target = folder.resolve("restored");
        assertThat(run(backup, target).lost()).isZero();
        return target;
    }

    private Restore.Restored run(Backup backup, Path target) throws IOException {
        Restore restore = restorer(backup, target);
        restore.begin();
        return restore.run(other.database(), told::add);
    }

    private static Restore restorer(Backup backup, Path target) {
        return new Restore(backup, target, InstantSource.system(), new Random(1));
    }

    private Verification.Result verify(Path dataDir, TestDatabase rows) throws IOException {
        return new DataFolderCheck(dataDir, InstantSource.system(), told::add).run(rows.database(), scratch());
    }

    private long verifyBackup(Backup backup) throws IOException {
        BackupCheck check = new BackupCheck(backup, InstantSource.system(), told::add);
        assertThat(check.filesAreWhole()).isTrue();
        return check.run(other.database(), scratch()).faults();
    }

    private Path scratch() throws IOException {
        return Files.createTempDirectory(folder, "scratch");
    }

    private static void reset(TestDatabase rows) {
        rows.jdbi().useHandle(handle -> handle.execute("drop schema public cascade; create schema public"));
    }
}
