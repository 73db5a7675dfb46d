package dev.roundelay.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Runs `SandboxEscapeIT` again in a Java machine of a normal user; where the tests are run by one, it was one already.
@Timeout(240)
@EnabledIfSystemProperty(named = "user.name", matches = "root")
class UnprivilegedAgentIT {
    private static final int ANYBODY = 60_500;

    @TempDir
    Path folder;

    @Test
    void sandboxes_hold_for_an_agent_without_privileges_too() throws Exception {
        Path jars = Files.createTempDirectory(
                Path.of("/tmp"),
                "jars",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try {
            Process java =
                    new ProcessBuilder(command(jars)).redirectErrorStream(true).start();
            String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(java.waitFor()).as(said).isZero();
            assertThat(said).contains("passed a_daemon_does_not_survive", "passed a_fork_bomb");
        } finally {
            for (File jar : jars.toFile().listFiles()) {
                Files.delete(jar.toPath());
            }
            Files.delete(jars);
        }
    }

    /// Runs every test without parameters; exits with 1 at the first failure.
    public static void main(String[] args) throws Exception {
        Path root = Files.createTempDirectory("unprivileged");
        int number = 0;
        for (Method method : SandboxEscapeIT.class.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                SandboxEscapeIT test = new SandboxEscapeIT();
                test.folder = Files.createDirectory(root.resolve(Integer.toString(number++)));
                test.open();
                try {
                    method.invoke(test);
                    System.out.println("passed " + method.getName());
                } finally {
                    test.close();
                }
            }
        }
        try (var all = Files.walk(root)) {
            all.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
        System.exit(0);
    }

    private static List<String> command(Path jars) throws Exception {
        List<String> classPath = new ArrayList<>();
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : own.split(File.pathSeparator)) {
            if (entry.endsWith(".jar")) {
                Path copy = jars.resolve(classPath.size() + ".jar");
                Files.copy(Path.of(entry), copy);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
                classPath.add(copy.toString());
            } else {
                classPath.add(entry);
            }
        }
        String uid = Integer.toString(ANYBODY);
        return List.of(
                "setpriv",
                "--reuid",
                uid,
                "--regid",
                uid,
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(File.pathSeparator, classPath),
                UnprivilegedAgentIT.class.getName());
    }
}
