package dev.roundelay.fuzz;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hands the class that the system property `fuzz.target` names to Jazzer, which calls the two methods by their names.
/// As a program it writes the target's samples into a folder, from which the fuzzer starts.
public final class FuzzDriver {
    private static @Nullable DecoderFuzz target;

    private FuzzDriver() {}

    /// Makes the target and loads its classes by its samples, which must not count as the time of the first input.
    public static void fuzzerInitialize() throws Exception {
        DecoderFuzz made = target();
        for (byte[] sample : made.samples()) {
            made.decode(sample);
        }
        target = made;
    }

    /// Tries one input; whatever this throws is a finding.
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (target != null) {
            target.decode(input);
        }
    }

    /// Writes the samples: `FuzzDriver FOLDER`.
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        write(target().samples(), folder);
        // A target may have left threads behind that serve it.
        System.exit(0);
    }

    private static void write(List<byte[]> samples, Path folder) throws IOException {
        for (int i = 0; i < samples.size(); i++) {
            Files.write(folder.resolve("sample-" + i), samples.get(i));
        }
    }

    private static DecoderFuzz target() throws ReflectiveOperationException {
        Constructor<?> constructor =
                Class.forName(System.getProperty("fuzz.target")).getDeclaredConstructor();
        constructor.setAccessible(true);
        return (DecoderFuzz) constructor.newInstance();
    }
}
