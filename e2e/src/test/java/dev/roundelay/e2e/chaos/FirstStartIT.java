package dev.roundelay.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Setup;
import dev.roundelay.e2e.product.Zips;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// A server that dies while it makes its data folder finds its way when it is started again: whatever it had begun is
/// taken up or made anew, and the first user can sign in.
///
/// System property: `chaos.whole` (all points instead of some).
class FirstStartIT {
    private static final List<String> SOME = List.of(
            "rename.before@PostgresCluster.initialise<EmbeddedPostgres.open",
            "commit.before@JdbcBucketIndex.transact<Bootstrap.createAdmin");

    @TestFactory
    Stream<DynamicTest> a_server_that_died_while_it_made_its_folder_starts_again() {
        return points().stream().map(point -> DynamicTest.dynamicTest(point, () -> survive(point)));
    }

    private static void survive(String point) {
        try (Product product = Product.start(Setup.of("first-start").endingFirstAt(point))) {
            product.withWorkers(List.of("w1"));
            product.finish(Draft.of("job", Python.resource("steady_model.py"), Zips.tables(10), 1));
            assertThat(product.bucket().keys("jobs/job/model_out/")).contains("jobs/job/model_out/checkpoint.pt");
        }
    }

    /// Returns those that a server passes which makes its folder.
    private static List<String> points() {
        if (!Boolean.getBoolean("chaos.whole")) {
            return SOME;
        }
        try (Product product = Product.start(Setup.of("first-points").endingAtPoints())) {
            List<String> passed = product.traps().points(Fault.SERVER);
            assertThat(passed).containsAll(SOME);
            return passed;
        }
    }
}
