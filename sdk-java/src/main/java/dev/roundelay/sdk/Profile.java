package dev.roundelay.sdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.roundelay.contract.Json;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The file that `roundelay login` writes and that both SDKs read.
///
/// @param url    one server, or several of one installation with commas
/// @param apiKey `rsk_live_...`
public record Profile(@Nullable String url, @Nullable String apiKey) {

    /// Returns where the profile of a user with that home folder lies.
    public static Path path(Path home) {
        return home.resolve(".config/roundelay/profile.json");
    }

    /// Reads a profile; empty if there is none.
    ///
    /// @throws ConfigurationException if it cannot be read
    public static Optional<Profile> read(Path path) {
        try {
            return Optional.of(Json.lenient().readValue(Files.readString(path), Profile.class));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw unreadable(path, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw unreadable(path, String.valueOf(e.getMessage()), e);
        }
    }

    /// Writes the profile, readable by its owner only; a file that was there is replaced as a whole.
    public void write(Path path) throws IOException {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a parent");
        Files.createDirectories(folder);
        Path fresh = folder.resolve(path.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        byte[] content = Json.lenient()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(this)
                .concat("\n")
                .getBytes(StandardCharsets.UTF_8);
        // The permissions belong to the creation: between creating and restricting, others could open the file.
        try (SeekableByteChannel channel = Files.newByteChannel(
                        fresh,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                var sink = Channels.newOutputStream(channel)) {
            sink.write(content);
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public String toString() {
        return "Profile[url=" + url + "]";
    }

    private static ConfigurationException unreadable(Path path, String why, Exception cause) {
        return new ConfigurationException(Facts.local(
                "configuration", "[" + path + "] cannot be read: " + why + "; run `roundelay login` again", cause));
    }
}
