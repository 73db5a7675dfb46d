package dev.roundelay.e2e.product;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

/// The library that gives one process a clock of its own; `scripts/setup --test` fetches it.
final class FakeTime {
    private FakeTime() {}

    static Path library() {
        Path tools = Path.of(Objects.requireNonNull(
                System.getenv("ROUNDELAY_TEST_TOOLS"), "ROUNDELAY_TEST_TOOLS is not set; run scripts/setup --test"));
        // Below a folder that is named after the processor.
        try (Stream<Path> files = Files.walk(tools.resolve("usr/lib"))) {
            return files.filter(file -> file.endsWith("faketime/libfaketimeMT.so.1"))
                    .findFirst()
                    .orElseThrow(
                            () -> new AssertionError("no libfaketime below " + tools + "; run scripts/setup --test"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
