package dev.roundelay.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.roundelay.worker.HostileJobsIT;
import dev.roundelay.worker.environment.HostileBuildIT;
import dev.roundelay.worker.harness.HostileHarnessIT;
import dev.roundelay.worker.workdir.OutputCollectorTest;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.opentest4j.TestAbortedException;

/// Every attack with an agent that is root and with one that is a normal user: the classes of `ATTACKS` run as whoever
/// runs the tests, and here again in a Java machine of a normal user, each attack with a result of its own.
class UnprivilegedAgentIT {
    private static final int ANYBODY = 60_500;
    private static final List<Class<?>> ATTACKS = List.of(
            SandboxEscapeIT.class,
            SandboxLimitsIT.class,
            UntrustedTreeIT.class,
            HostileBuildIT.class,
            OutputCollectorTest.class,
            HostileHarnessIT.class,
            HostileJobsIT.class);
    private static final String MARK = "\u0001";
    private static final String FIELD = "\u0002";

    @Test
    void every_attack_was_tried_on_a_root_agent() {
        assumeTrue(
                isRoot(),
                "the attacks on a root agent were left out: only root can be one. Run the tests as root, too");
    }

    @TestFactory
    Stream<DynamicTest> every_attack_is_tried_on_an_agent_without_privileges() throws Exception {
        assumeTrue(isRoot(), "the attacks ran as " + System.getProperty("user.name") + " already");
        Path classes = Files.createTempDirectory(
                Path.of("/tmp"),
                "classes",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try {
            Process java = new ProcessBuilder(command(classes))
                    .directory(classes.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(java.waitFor()).as(said).isZero();
            List<DynamicTest> results = results(said);
            for (Class<?> attacks : ATTACKS) {
                assertThat(results)
                        .as("%s was tried: %s", attacks.getSimpleName(), said)
                        .anyMatch(test -> test.getDisplayName().startsWith(attacks.getSimpleName()));
            }
            return results.stream();
        } finally {
            UntrustedTree.remove(classes);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static List<DynamicTest> results(String said) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String result : said.split(MARK, -1)) {
            String[] fields = result.split(FIELD, -1);
            if (fields.length > 2) {
                tests.add(DynamicTest.dynamicTest(fields[1], () -> {
                    switch (fields[0]) {
                        case "SUCCESSFUL" -> {}
                        case "ABORTED" -> throw new TestAbortedException(fields[2]);
                        default -> throw new AssertionError(fields[2]);
                    }
                }));
            }
        }
        return tests;
    }

    /// Runs the attacks and prints how each has ended.
    public static void main(String[] args) {
        PrintStream out = System.out;
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        ATTACKS.forEach(attacks -> request.selectors(selectClass(attacks)));
        LauncherDiscoveryRequest built = request.build();
        LauncherFactory.create().execute(built, new Reporter(out));
        System.exit(0);
    }

    private static final class Reporter implements TestExecutionListener {
        private final PrintStream out;
        private TestPlan plan;

        @SuppressWarnings("NullAway.Init")
        Reporter(PrintStream out) {
            this.out = out;
        }

        @Override
        public void testPlanExecutionStarted(TestPlan started) {
            plan = started;
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            // A class or group that fails as a whole, before or after its tests, counts as well.
            if (test.isTest() || result.getStatus() == TestExecutionResult.Status.FAILED) {
                report(
                        test,
                        result.getStatus().name(),
                        result.getThrowable().map(Reporter::text).orElse(""));
            }
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            report(test, "ABORTED", reason);
        }

        private void report(TestIdentifier test, String status, String what) {
            List<String> names = new ArrayList<>(List.of(test.getDisplayName()));
            for (var above = plan.getParent(test); above.isPresent(); above = plan.getParent(above.get())) {
                if (above.get().getParentIdObject().isPresent()) {
                    names.addFirst(above.get().getDisplayName());
                }
            }
            out.print(MARK + status + FIELD + String.join(" > ", names) + FIELD + what + MARK);
            out.flush();
        }

        private static String text(Throwable thrown) {
            return thrown + "\n"
                    + Stream.of(thrown.getStackTrace())
                            .limit(20)
                            .map(Object::toString)
                            .toList();
        }
    }

    /// The class path is copied: the folders above the originals may be closed to others.
    private static List<String> command(Path classes) throws IOException {
        List<String> classPath = new ArrayList<>();
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        for (String entry : own.split(File.pathSeparator)) {
            Path target = classes.resolve(classPath.size() + (entry.endsWith(".jar") ? ".jar" : ""));
            copy(Path.of(entry), target);
            classPath.add(target.toString());
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
                "env",
                "HOME=/tmp",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(File.pathSeparator, classPath),
                UnprivilegedAgentIT.class.getName());
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (Stream<Path> all = Files.walk(from)) {
            all.forEach(path -> {
                Path target = to.resolve(from.relativize(path).toString());
                try {
                    boolean folder = Files.isDirectory(path);
                    if (folder) {
                        Files.createDirectories(target);
                    } else {
                        Files.copy(path, target.normalize());
                    }
                    Files.setPosixFilePermissions(
                            target.normalize(), PosixFilePermissions.fromString(folder ? "rwxr-xr-x" : "rw-r--r--"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
