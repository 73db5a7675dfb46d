package dev.roundelay.server.files;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.server.http.ApiException;
import dev.roundelay.storage.BucketName;
import dev.roundelay.storage.ListQuery;
import dev.roundelay.storage.Listing;
import dev.roundelay.storage.ObjectStore;
import dev.roundelay.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Everything under a prefix as one zip, made while it is sent. Names begin with the last folder of the prefix.
///
/// All names are checked before the first byte goes out: none may leave the folder into which the zip is unpacked.
final class Archive {
    private static final int PAGE = 1000;

    private final ObjectStore objects;
    private final BucketName bucket;
    private final String prefix;

    private Archive(ObjectStore objects, BucketName bucket, String prefix) {
        this.objects = objects;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /// Checks that there is something to pack and that all of it may be unpacked.
    ///
    /// @throws ApiException `not_found`, or `invalid_key` naming an unsafe key
    static Archive of(ObjectStore objects, BucketName bucket, String prefix) {
        Archive archive = new Archive(objects, bucket, prefix);
        archive.requireSafe();
        return archive;
    }

    /// Returns the name to save it under.
    String fileName() {
        String folder = prefix.replaceFirst("/+$", "");
        return (folder.isEmpty() ? "files" : folder.replace('/', '-')) + ".zip";
    }

    private void requireSafe() {
        int[] count = {0};
        forEachPage(page -> {
            count[0] += page.size();
            for (StoredObject object : page) {
                if (!isSafe(nameOf(object))) {
                    throw new ApiException(
                            ErrorCode.INVALID_KEY,
                            "[%s] this key would leave the folder it is unpacked into; read it alone, or copy it to another key"
                                    .formatted(object.key()));
                }
            }
        });
        if (count[0] == 0) {
            throw new ApiException(ErrorCode.NOT_FOUND, "[%s] nothing begins so; check the prefix".formatted(prefix));
        }
    }

    /// Writes the zip.
    void writeTo(OutputStream out) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
            // Weights do not get smaller; a fast level costs them little and still shrinks logs tenfold.
            zip.setLevel(Deflater.BEST_SPEED);
            String after = "";
            Listing page;
            do {
                page = page(after);
                for (StoredObject object : page.objects()) {
                    add(zip, object);
                }
                after = page.next();
            } while (page.hasMore());
        }
    }

    private void add(ZipOutputStream zip, StoredObject object) throws IOException {
        ZipEntry entry = new ZipEntry(nameOf(object));
        entry.setLastModifiedTime(FileTime.from(object.modifiedAt()));
        zip.putNextEntry(entry);
        try (InputStream in = objects.open(object)) {
            in.transferTo(zip);
        }
        zip.closeEntry();
    }

    private void forEachPage(Consumer<List<StoredObject>> action) {
        String after = "";
        Listing page;
        do {
            page = page(after);
            action.accept(page.objects());
            after = page.next();
        } while (page.hasMore());
    }

    private Listing page(String after) {
        return objects.index().list(bucket, new ListQuery(prefix, "", after, PAGE));
    }

    private String nameOf(StoredObject object) {
        String folder = prefix.replaceFirst("/+$", "");
        return object.key().value().substring(folder.lastIndexOf('/') + 1);
    }

    /// Returns whether a name stays below the folder it is unpacked into, on every system.
    static boolean isSafe(String name) {
        if (name.isEmpty() || name.contains("\\") || name.matches("[A-Za-z]:.*")) {
            return false;
        }
        if (name.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        String path = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
