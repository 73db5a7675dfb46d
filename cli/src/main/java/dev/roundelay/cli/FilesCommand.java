package dev.roundelay.cli;

import dev.roundelay.contract.files.Deleted;
import dev.roundelay.contract.files.FileListing;
import dev.roundelay.sdk.Roundelay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `roundelay files`.
@Command(name = "files", mixinStandardHelpOptions = true, description = "The bucket: ls, get, rm, put.")
final class FilesCommand {
    @Command(name = "ls", mixinStandardHelpOptions = true, description = "Lists a folder of the bucket.")
    int list(
            @Mixin ClientOptions client,
            @Option(
                            names = {"-r", "--recursive"},
                            description = "All below, too.")
                    boolean recursive,
            @Parameters(paramLabel = "PREFIX", arity = "0..1", defaultValue = "", description = "Such as jobs/digits/.")
                    String prefix) {
        try (Roundelay roundelay = client.client()) {
            FileListing listing = recursive
                    ? new FileListing(prefix, roundelay.files().list(prefix), List.of(), null)
                    : roundelay.files().folder(prefix);
            if (client.json) {
                client.output().show(listing, () -> "");
                return ExitCodes.DONE;
            }
            List<List<String>> rows = new ArrayList<>();
            listing.folders().forEach(folder -> rows.add(List.of(folder, "", "")));
            listing.items()
                    .forEach(entry -> rows.add(
                            List.of(entry.key(), Texts.bytes(entry.sizeBytes()), Texts.time(entry.modifiedAt()))));
            client.output().table(rows, List.of("NAME", "SIZE", "CHANGED"), rows, "nothing there");
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = "Fetches an object, or with a name that ends in / a folder; goes on where it was cut.")
    int get(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "NAME", description = "Key, or folder with / at its end.") String name,
            @Parameters(
                            paramLabel = "TARGET",
                            arity = "0..1",
                            defaultValue = ".",
                            description = "File or folder (default: here).")
                    Path target) {
        try (Roundelay roundelay = client.client();
                ProgressLine progress = ProgressLine.of(client)) {
            List<Path> written = roundelay.files().download(name, target, progress);
            progress.close();
            List<String> names = written.stream().map(Path::toString).toList();
            client.output().show(Map.of("files", names), () -> String.join("\n", names));
        }
        return ExitCodes.DONE;
    }

    @Command(name = "put", mixinStandardHelpOptions = true, description = "Stores a file; goes on where it was cut.")
    int put(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "FILE", description = "Local file.") Path file,
            @Parameters(paramLabel = "KEY", description = "Key in the bucket.") String key) {
        try (Roundelay roundelay = client.client();
                ProgressLine progress = ProgressLine.of(client)) {
            roundelay.files().upload(file, key, progress);
            progress.close();
            client.output().show(Map.of("key", key), () -> key);
        }
        return ExitCodes.DONE;
    }

    @Command(
            name = "rm",
            mixinStandardHelpOptions = true,
            description = "Deletes an object, or with a name that ends in / a folder and all that is in it.")
    int remove(
            @Mixin ClientOptions client,
            @Parameters(paramLabel = "NAME", description = "Key, or folder with / at its end.") String name) {
        try (Roundelay roundelay = client.client()) {
            Deleted deleted = roundelay.files().delete(name);
            client.output()
                    .show(deleted, () -> deleted.objects() + " objects deleted, " + Texts.bytes(deleted.bytes()));
        }
        return ExitCodes.DONE;
    }
}
