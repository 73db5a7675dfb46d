package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.job.JobFailure;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.AdminSession;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every way to fail that a user can bring about ends in one job state with a reason, a remedy and the proof.
class FailureCatalogueIT {
    private static final String STEADY = Python.resource("steady_model.py");
    private static final String CLASS = """
            import os
            import numpy


            class Model:
                def __init__(self):
                    self.weights = {"w": numpy.zeros(8, numpy.float32)}

                def state_dict(self):
                    return self.weights

                def load_state_dict(self, state):
                    self.weights = dict(state)

            """;

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() throws IOException {
        product = Product.start("failures");
        String wheels =
                Files.createDirectory(product.folder().resolve("wheels")).toString();
        product.withWorkers(
                List.of("w1"),
                "--slots",
                "1",
                "--memory-mb",
                "500",
                "--out-dir-limit-mb",
                "5",
                "--max-processes",
                "40",
                "--offline",
                "--find-links",
                wheels);
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    /// A cause.
    ///
    /// @param model the whole module
    /// @param proof stands in the message or in the last lines
    record Cause(String name, FailureReason reason, String model, String proof) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Cause> modules() {
        return Stream.of(
                new Cause(
                        "syntax", FailureReason.MODEL_DEF_BROKEN, CLASS + "def fl_train(:\n    pass\n", "SyntaxError"),
                new Cause("import", FailureReason.MODEL_DEF_BROKEN, "import nowhere_to_be_found\n" + CLASS, "nowhere"),
                new Cause("name", FailureReason.MODEL_DEF_BROKEN, CLASS + "limit = forgotten + 1\n", "NameError"),
                new Cause("no-function", FailureReason.ENTRYPOINT_MISSING, CLASS, "fl_train"),
                new Cause("no-class", FailureReason.ENTRYPOINT_MISSING, "def fl_train(*a, **k):\n    pass\n", "Model"),
                train("raises", FailureReason.TRAIN_RAISED, "raise ValueError('seven is no label')", "seven is no"),
                train("exits", FailureReason.HARNESS_CRASHED, "print('last words'); os._exit(3)", "last words"),
                train("segfault", FailureReason.HARNESS_CRASHED, "import ctypes; ctypes.string_at(0)", "SIGSEGV"),
                train("shape", FailureReason.INVALID_UPDATE, result("numpy.zeros(9, numpy.float32)"), "w"),
                train("nan", FailureReason.INVALID_UPDATE, result("numpy.full(8, numpy.nan, numpy.float32)"), "w"),
                train("names", FailureReason.INVALID_UPDATE, returns("{'v': numpy.zeros(8, numpy.float32)}"), "v"),
                train("empty", FailureReason.INVALID_UPDATE, returns("{}"), "empty"),
                train("no-tensors", FailureReason.INVALID_UPDATE, returns("{'w': 'text'}"), "w"),
                train("nothing", FailureReason.INVALID_UPDATE, "return None", "weights"),
                train(
                        "network",
                        FailureReason.NETWORK_BLOCKED,
                        "import urllib.request; urllib.request.urlopen('http://example.org/')",
                        "network"),
                train(
                        "memory",
                        FailureReason.HOST_OUT_OF_MEMORY,
                        "print('asks for more'); hold = [bytearray(os.urandom(1 << 20)) * 64 for _ in range(64)]",
                        "asks for more"),
                train(
                        "gpu-memory",
                        FailureReason.GPU_OUT_OF_MEMORY,
                        "import torch; raise torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate 2 GiB')",
                        "estimated_memory_mb"),
                train(
                        "disk",
                        FailureReason.LIMIT_EXCEEDED,
                        "open(os.path.join(out_dir, 'big.bin'), 'wb').write(bytes(30 << 20));"
                                + " import threading; threading.Event().wait(20)",
                        "limit of 5 MB"),
                new Cause(
                        "validation",
                        FailureReason.VALIDATE_RAISED,
                        CLASS
                                + function("fl_train", result("model.state_dict()['w']"))
                                + function("fl_validate", "raise KeyError('no such column')"),
                        "no such column"));
    }

    private static Cause train(String name, FailureReason reason, String body, String proof) {
        return new Cause(name, reason, CLASS + function("fl_train", body), proof);
    }

    private static String function(String name, String body) {
        return "\n\ndef %s(model, env, out_dir, logger=None):\n    %s\n".formatted(name, body);
    }

    private static String result(String weight) {
        return returns("{'w': " + weight + "}");
    }

    private static String returns(String weights) {
        return "return {'weights': " + weights + ", 'samples': 5}";
    }

    @ParameterizedTest
    @MethodSource("modules")
    void a_module_at_fault_ends_the_job_with_its_reason_and_the_proof(Cause cause) {
        JobFailure failure = failureOf(draft("module-" + cause.name(), cause.model()));

        assertTells(failure, cause.reason(), "site-1");
        assertThat(failure.message() + "\n" + text(failure.logTail())).contains(cause.proof());
    }

    static Stream<Arguments> drafts() {
        return Stream.of(
                Arguments.of(
                        FailureReason.REQUIREMENTS_UNRESOLVABLE,
                        draft("requirements", STEADY).withRequirements("roundelay-has-no-such-package==9.9\n"),
                        "roundelay-has-no-such-package",
                        "site-1"),
                Arguments.of(
                        FailureReason.NO_ELIGIBLE_WORKER,
                        draft("too-large", STEADY)
                                .with("selection", Map.of("auto", Map.of("estimatedMemoryMb", 10_000_000)))
                                .with("limits", Map.of("queueTimeoutSeconds", 1)),
                        ">= 10000000 MB",
                        null),
                Arguments.of(
                        FailureReason.TIME_LIMIT,
                        draft("too-long", STEADY)
                                .with("training", Map.of("extra", Map.of("SECONDS", 30)))
                                .with("limits", Map.of("maxDurationSeconds", 1)),
                        "maxDurationSeconds",
                        null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drafts")
    void a_job_that_asks_for_too_much_says_for_what(
            FailureReason reason, Draft draft, String proof, @Nullable String site) {
        JobFailure failure = failureOf(draft);

        assertTells(failure, reason, site);
        assertThat(failure.message() + "\n" + text(failure.logTail())).contains(proof);
    }

    @Test
    void a_warm_start_that_does_not_fit_the_model_is_told() {
        JobView trained = product.finish(draft("warm-base", STEADY));
        assertThat(trained.state()).isEqualTo(JobState.FINISHED);

        JobFailure failure =
                failureOf(draft("warm-start", other()).with("checkpoint", "jobs/warm-base/model_out/checkpoint.pt"));

        assertTells(failure, FailureReason.CHECKPOINT_UNREADABLE, "site-1");
    }

    private static String other() {
        String strict = CLASS.replace(
                "self.weights = dict(state)",
                "assert state['w'].shape == (8,), f\"w has the shape {state['w'].shape}\"; self.weights = dict(state)");
        return strict + function("fl_train", result("model.state_dict()['w']"));
    }

    @Test
    void a_shard_that_is_damaged_inside_is_told_with_its_name() throws IOException {
        byte[] shard = Zips.of(
                "data.bin",
                new java.util.Random(1)
                        .ints(5_000)
                        .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                        .toString()
                        .getBytes(StandardCharsets.UTF_8));
        // The directory at its end stays whole, so that only unpacking can find it.
        java.util.Arrays.fill(shard, 2_000, 2_100, (byte) 0);

        JobFailure failure = failureOf(Draft.of("damaged", STEADY, List.of(shard), 1));

        assertTells(failure, FailureReason.SHARD_UNREADABLE, "site-1");
        assertThat(failure.message()).contains("part_0.zip");
    }

    @Test
    void a_model_that_does_not_fit_the_quota_is_told_before_it_is_trained() {
        String large = CLASS.replace("numpy.zeros(8,", "numpy.zeros(2_000_000,")
                + function("fl_train", result("model.state_dict()['w']"));
        Map<String, Object> spec = draft("quota", large).upload(product.bucket());
        try (AdminSession admin = new AdminSession(product.credentials())) {
            long before = admin.setQuota(admin.usedBytes() + 1_000_000);
            try {
                JobFailure failure = failureOf(product.api().submit(spec));

                assertTells(failure, FailureReason.STORAGE_QUOTA_EXCEEDED, null);
                assertThat(failure.remedy()).contains("delete");
                assertThat(product.bucket().keys("jobs/quota/model_out/")).isEmpty();
            } finally {
                admin.setQuota(before);
            }
        }
    }

    /// What can be known without running the user's code.
    static Stream<Arguments> refused() {
        Draft good = draft("refused", STEADY);
        String worker = product.api().workers().getFirst().id();
        byte[] outside = Zips.of("../outside.txt", new byte[] {1});
        return Stream.of(
                Arguments.of("model_def_missing", good.with("scripts", "jobs/refused/shards/"), "model_def.py"),
                Arguments.of("shard_unreadable", withShard(good, outside), "../outside.txt"),
                Arguments.of("shard_unreadable", withShard(good, "no zip".getBytes(StandardCharsets.UTF_8)), "part_0"),
                Arguments.of(
                        "shard_count_mismatch",
                        Draft.of("refused", STEADY, Zips.tables(5, 5), 1)
                                .with("selection", Map.of("workerIds", List.of(worker))),
                        "auto_select_workers=True"),
                Arguments.of("requirements_refused", good.withRequirements("-r other.txt\n"), "-r other.txt"),
                Arguments.of("invalid_request", good.withFederation(Map.of("rounds", 0)), "rounds"),
                Arguments.of("unknown_field", good.with("colour", "red"), "colour"));
    }

    private static Draft withShard(Draft draft, byte[] shard) {
        return new Draft(
                draft.name(), draft.model(), draft.className(), List.of(shard), null, draft.federation(), draft.more());
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("refused")
    void what_is_known_at_submit_is_refused_and_makes_no_job(String code, Draft draft, String proof) {
        Map<String, Object> spec = draft.upload(product.bucket());

        assertThatThrownBy(() -> product.api().submit(spec))
                .isInstanceOfSatisfying(
                        Api.RefusedException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(400))
                .hasMessageContaining("\"" + code + "\"")
                .hasMessageContaining(proof)
                .hasMessageMatching("(?s).*\"message\" ?: ?\"\\[[^\\]]+\\] .+; .+");
        assertThat(product.api().jobNames()).doesNotContain("refused");
    }

    @Test
    void a_lost_worker_without_a_spare_one_is_told() {
        product.withWorkers(List.of("w2"));
        String id = product.api().workers().stream()
                .filter(worker -> worker.name().equals("w2"))
                .findFirst()
                .orElseThrow()
                .id();
        JobView job = product.submit(draft("lost", STEADY)
                .with("selection", Map.of("workerIds", List.of(id)))
                .with("training", Map.of("extra", Map.of("SECONDS", 60)))
                .with("limits", Map.of("recoveryTimeoutSeconds", 1)));
        var _ = product.api().await("the job runs", job.id(), now -> now.state() == JobState.RUNNING);

        product.worker("w2").kill();

        JobFailure failure = failureOf(job);
        assertTells(failure, FailureReason.WORKERS_LOST, null);
        assertThat(failure.message()).contains("w2");
    }

    private static Draft draft(String name, String model) {
        return Draft.of(name, model, Zips.tables(10), 2);
    }

    private static JobFailure failureOf(Draft draft) {
        return failureOf(product.submit(draft));
    }

    private static JobFailure failureOf(JobView job) {
        JobView ended = product.api().awaitEnd(job.id());
        assertThat(ended.state()).as("%s", ended.failure()).isEqualTo(JobState.FAILED);
        JobFailure failure = ended.failure();
        if (failure == null) {
            throw new AssertionError("FAILED without a failure: " + ended);
        }
        return failure;
    }

    /// The form of every failure: `[where] what; what to do`, a remedy, a link to the page of errors.
    private static void assertTells(JobFailure failure, FailureReason reason, @Nullable String site) {
        assertThat(failure.reason()).as(failure.message()).isEqualTo(reason);
        assertThat(failure.category()).isEqualTo(reason.category());
        assertThat(failure.message()).matches("(?s)\\[[^\\]]+\\] .+; .+");
        assertThat(failure.remedy()).isNotBlank();
        assertThat(failure.helpUrl()).contains(reason.toString());
        if (site != null) {
            assertThat(failure.site()).isEqualTo(site);
            assertThat(failure.logTail()).isNotEmpty();
        }
    }

    private static String text(List<LogLine> lines) {
        return String.join("\n", lines.stream().map(LogLine::message).toList());
    }
}
