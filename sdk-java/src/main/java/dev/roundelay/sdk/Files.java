package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.files.Deleted;
import dev.roundelay.contract.files.FileListing;
import dev.roundelay.contract.files.PresignedUrl;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The caller's bucket, where every job leaves its outputs under `jobs/<slug>/`. A name that ends in `/` means the
/// folder
/// with all that is in it.
public final class Files {
    private static final int PAGE = 1_000;

    private final Transport transport;
    private final PartUploads uploads;

    Files(Transport transport, PartUploads uploads) {
        this.transport = transport;
        this.uploads = uploads;
    }

    /// Reads all objects whose key begins with `prefix`, in the order of their keys.
    public List<FileListing.Entry> list(String prefix) {
        List<FileListing.Entry> entries = new ArrayList<>();
        String after = null;
        do {
            FileListing page = page(transport, prefix, "", after, PAGE);
            entries.addAll(page.items());
            after = page.next();
        } while (after != null);
        return List.copyOf(entries);
    }

    /// Reads the objects and folders directly under `prefix`.
    public FileListing folder(String prefix) {
        List<FileListing.Entry> entries = new ArrayList<>();
        List<String> folders = new ArrayList<>();
        String after = null;
        do {
            FileListing page = page(transport, prefix, "/", after, PAGE);
            entries.addAll(page.items());
            folders.addAll(page.folders());
            after = page.next();
        } while (after != null);
        return new FileListing(prefix, entries, folders, null);
    }

    /// Looks up one object.
    public Optional<FileListing.Entry> find(String key) {
        return find(transport, key);
    }

    /// Reads an object into memory.
    ///
    /// @throws NotFoundException if there is none
    public byte[] read(String key) {
        return transport.bytes(Call.of("GET", "/files/content").query("key", key));
    }

    /// Reads a text, such as `files_out/training_log.txt`, as UTF-8.
    public String readText(String key) {
        return new String(read(key), StandardCharsets.UTF_8);
    }

    /// Makes a link to an object that works for an hour without any key.
    public PresignedUrl url(String key) {
        return transport.json(Call.of("GET", "/files/url").query("key", key), new TypeReference<>() {});
    }

    /// Deletes an object, or with a name that ends in `/` a folder and all that is in it.
    ///
    /// @throws ConflictException with code `job_live`, for the outputs of a job that runs
    public Deleted delete(String name) {
        if (name.isEmpty() || name.equals("/")) {
            throw Errors.invalid("invalid_key", "[delete] no key; name an object, or a folder with / at its end");
        }
        Call call = Call.of("DELETE", "/files").query(name.endsWith("/") ? "prefix" : "key", name);
        return transport.json(call, new TypeReference<>() {});
    }

    /// Stores a local file at a key, in parts; a call that was cut goes on where it stopped.
    public void upload(Path file, String key, Progress progress) {
        send(key, Source.file(file), find(key).orElse(null), progress);
    }

    /// Fetches an object, or with a name that ends in `/` a whole folder.
    ///
    /// An object goes to `target`, or into it if that is a folder. A folder's objects go below `target` under
    /// their names relative to the folder. A download that was cut goes on where it stopped, also in a later
    /// call, as long as the object is the same; a file appears under its own name only when it is whole.
    ///
    /// @return the files written
    /// @throws NotFoundException   if there is nothing under that name
    /// @throws ValidationException if a key would leave the target folder; nothing has been written then
    public List<Path> download(String name, Path target, Progress progress) {
        return new Downloads(transport).fetch(name, target, this, progress);
    }

    void send(String key, Source source, FileListing.@Nullable Entry stored, Progress progress) {
        uploads.send(key, source, stored, progress);
    }

    static Optional<FileListing.Entry> find(Transport transport, String key) {
        return page(transport, key, "", null, 1).items().stream()
                .filter(entry -> entry.key().equals(key))
                .findFirst();
    }

    private static FileListing page(
            Transport transport, String prefix, String delimiter, @Nullable String after, int limit) {
        Call call = Call.of("GET", "/files")
                .query("prefix", prefix)
                .query("delimiter", delimiter)
                .query("limit", limit)
                .query("after", after);
        return transport.json(call, new TypeReference<>() {});
    }
}
