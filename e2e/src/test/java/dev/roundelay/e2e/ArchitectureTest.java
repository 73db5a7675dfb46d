package dev.roundelay.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rooms of docs/architecture.md: imports go one way, classes stay small, tests wait for conditions.
class ArchitectureTest {
    private static final String ROOT = "dev.roundelay.";
    private static final int MOST_LINES = 400;
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.roundelay");

    @ParameterizedTest
    @ValueSource(strings = {"kernel", "tensors"})
    void the_inner_rooms_know_nothing_but_the_jdk(String room) {
        classes()
                .that()
                .resideInAPackage(ROOT + room + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.crypto..", "org.jspecify..", ROOT + room + "..")
                .check(PRODUCT);
    }

    @ParameterizedTest
    @CsvSource({
        "contract,''",
        "storage,''",
        "s3,storage",
        "federation,kernel tensors storage",
        "harness,''",
        "worker,contract tensors harness",
        "server,contract kernel federation tensors storage s3 dashboard",
        "sdk,contract",
        "cli,sdk contract"
    })
    void a_room_imports_only_the_rooms_below_it(String room, String allowed) {
        List<String> own = Stream.concat(Stream.of(room), Stream.of(allowed.split(" ")))
                .filter(name -> !name.isEmpty())
                .map(name -> ROOT + name + "..")
                .toList();
        noClasses()
                .that()
                .resideInAPackage(ROOT + room + "..")
                .should()
                .dependOnClassesThat(com.tngtech.archunit.base.DescribedPredicate.describe(
                        "are in another room of the product than " + own,
                        type -> type.getPackageName().startsWith(ROOT)
                                && own.stream()
                                        .noneMatch(name -> (type.getPackageName() + ".")
                                                .startsWith(name.substring(0, name.length() - 1)))))
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void only_the_room_of_the_S3_face_knows_S3Proxy() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "s3..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.gaul..", "org.jclouds..")
                .check(PRODUCT);
    }

    @Test
    void only_server_knows_sql_and_http_servers() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "server..", ROOT + "s3..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.jdbi..", "io.javalin..", "org.eclipse.jetty..")
                .check(PRODUCT);
    }

    /// The suites of `testkit` are lists of tests, as long as their port is wide.
    @Test
    void no_class_is_too_long_to_read() {
        assertThat(sources("src/main/java")
                        .filter(file -> !file.toString().contains("/testkit/"))
                        .filter(file -> lines(file) > MOST_LINES))
                .isEmpty();
    }

    @Test
    void no_test_waits_a_fixed_time() {
        String call = "Thread." + "sleep(";
        assertThat(sources("src/test/java").filter(file -> text(file).contains(call)))
                .isEmpty();
    }

    private static Stream<Path> sources(String folder) {
        Path top = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> rooms = Files.list(top)) {
            return rooms
                    .map(room -> room.resolve(folder))
                    .filter(Files::isDirectory)
                    .flatMap(ArchitectureTest::javaFiles)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long lines(Path file) {
        return text(file).lines().count();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
