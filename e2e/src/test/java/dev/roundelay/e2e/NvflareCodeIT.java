package dev.roundelay.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.roundelay.contract.FailureReason;
import dev.roundelay.contract.Json;
import dev.roundelay.contract.job.JobState;
import dev.roundelay.contract.job.JobView;
import dev.roundelay.contract.job.JobWarning;
import dev.roundelay.contract.job.LogLine;
import dev.roundelay.e2e.product.Api;
import dev.roundelay.e2e.product.Draft;
import dev.roundelay.e2e.product.Eventually;
import dev.roundelay.e2e.product.PackageIndex;
import dev.roundelay.e2e.product.Product;
import dev.roundelay.e2e.product.Python;
import dev.roundelay.e2e.product.Zips;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// NVFlare code of a user's own, run by the real `nvflare` that the worker installs for it; and workspaces of the older
/// form. All jobs share one environment, which the first one builds.
class NvflareCodeIT {
    private static final int[] ROWS = {40, 90};
    private static final int ROUNDS = 3;
    private static final int EPOCHS = 2;
    private static final double RATE = 0.05;
    private static final double TOLERANCE = 2e-6;
    private static final List<String> MODULES = List.of("flare_model.py", "flare_executor.py", "flare_persistor.py");

    @SuppressWarnings("NullAway.Init")
    private static Product product;

    @BeforeAll
    static void start() {
        List<String> options = new ArrayList<>(List.of("--slots", "2", "--memory-mb", "2000"));
        options.addAll(PackageIndex.options());
        product = Product.start("nvflare").withWorkers(List.of("w1"), options.toArray(String[]::new));
        build();
    }

    @AfterAll
    static void stop() {
        product.close();
    }

    /// Our own API asks for the same classes; the installer may take long here.
    private static void build() {
        Map<String, Object> args = Map.of("data_root", "/app/payload", "local_epochs", 1, "learning_rate", RATE);
        Draft draft = Draft.of("own-api", Python.resource("flare_model.py"), Zips.tables(ROWS), 1)
                .withRequirements("torch\nnvflare\n")
                .with(
                        "model",
                        Map.of(
                                "class",
                                "Model",
                                "nvflare",
                                Map.of("executor", Map.of("path", "mine.LineExecutor", "args", args))));
        product.bucket().put(draft.folder() + "scripts/mine.py", Python.resource("flare_executor.py"));
        String id = product.submit(draft).id();
        Eventually.await(
                "nvflare is installed",
                Duration.ofMinutes(8),
                () -> product.api().job(id).state().isTerminal());
        product.api().awaitFinished(id);
    }

    @Test
    void a_custom_executor_trains_by_differences_and_is_heard() throws IOException {
        JobView job = finished("executor", "executor");

        assertAverage(job.slug(), 0.5, "-", "-");
        assertThat(messages(job))
                .contains("begins with ['data.csv']", "site-2 trains round 1 of 3", "ends")
                .noneMatch(line -> line.contains("identity="));
        assertThat(product.bucket().text("jobs/executor/files_out/site-2/round_1/rows.txt"))
                .isEqualTo("90");
        assertThat(product.bucket().text("jobs/executor/files_out/metrics.csv").lines())
                .hasSize(1 + ROUNDS)
                .first()
                .asString()
                .endsWith(",mse");
        assertThat(job.warnings()).isEmpty();
    }

    @Test
    void a_custom_executor_may_answer_with_weights_and_begin_with_a_checkpoint() throws IOException {
        Path folder = folder("checkpoint");
        Path checkpoint = folder.resolve("warm.pt");
        Python.run(Python.SYSTEM, Map.of(), folder, "flare_checkpoint.py", checkpoint.toString(), "0.25");

        JobView job = finished("checkpoint", "executor", "answer=WEIGHTS", "checkpoint=" + checkpoint);

        assertAverage(job.slug(), 0.25, "-", "-");
    }

    @Test
    void a_custom_persistor_gives_the_first_weights_and_saves_the_last_beside_a_filter() throws IOException {
        JobView job = finished("persistor", "persistor", "filter");

        assertAverage(job.slug(), 1.0, "b", "-");
        assertSaved("persistor");
        assertThat(messages(job)).containsOnlyOnce("loads the first weights", "saves the last weights");
        assertThat(job.warnings()).extracting(JobWarning::code).containsExactly("no_metrics");
    }

    @Test
    void executor_and_persistor_together_begin_with_a_checkpoint_of_the_persistor_s_own() throws IOException {
        Path checkpoint = folder("both").resolve("warm.json");
        Files.writeString(checkpoint, "{\"w\": [0.75, 0.75, 0.75], \"b\": [0]}");

        JobView job = finished("both", "executor", "persistor", "checkpoint=" + checkpoint);

        assertAverage(job.slug(), 0.75, "-", "-");
        assertSaved("both");
    }

    @Test
    void an_executor_that_answers_with_an_error_fails_the_job_with_what_it_logged() throws IOException {
        JobView job = product.api().awaitEnd(submitted("refusing", "executor", "answer=refuse"));

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(Objects.requireNonNull(job.failure()).reason()).isEqualTo(FailureReason.TRAIN_RAISED);
        assertThat(job.failure().message())
                .contains("LineExecutor.execute('train') answered EXECUTION_EXCEPTION", "the third column is missing");
    }

    @Test
    void a_workspace_of_the_older_form_trains_with_functions_that_take_a_payload() throws IOException {
        JobView job = product.api().awaitFinished(taskId(workspace("older", client(), server())));

        assertAverage(job.slug(), 0.5, "-", "-");
        assertThat(messages(job)).contains("site-1 trained 40 rows on cpu");
    }

    @Test
    void a_filter_over_results_keeps_a_tensor_at_home() throws IOException {
        ObjectNode client = client();
        client.withArray("task_result_filters").addObject().putArray("tasks").add("train");
        ((ObjectNode) client.path("task_result_filters").path(0))
                .putArray("filters")
                .addObject()
                .put("path", "nvflare.app_common.filters.exclude_vars.ExcludeVars")
                .putObject("args")
                .putArray("exclude_vars")
                .add("b");
        executorArgs(client).put("model_class", "Model").put("train_fn", "fl_train");

        JobView job = product.api().awaitFinished(taskId(workspace("excluding", client, server())));

        assertAverage(job.slug(), 0.5, "-", "b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/executors/0/executor/path|nvflare.app_common.np.np_trainer.NPTrainer|custom_client_executor.GenericClientExecutor, custom_client_executor.<a class of your own>",
                "/components/0/path|nvflare.app_opt.tf.model_persistor.TFModelPersistor|custom_persistor.CustomPersistor, custom_persistor.<a class of your own>",
                "/components/1/path|nvflare.app_opt.he.intime_accumulate_model_aggregator.HEInTimeAccumulateWeightedAggregator|InTimeAccumulateWeightedAggregator",
                "/workflows/0/path|nvflare.app_common.workflows.cyclic_ctl.CyclicController|ScatterAndGather"
            })
    void what_cannot_run_is_refused_at_submit_with_the_list(String pointer, String path, String supported)
            throws IOException {
        ObjectNode client = client();
        ObjectNode server = server();
        String parent = pointer.substring(0, pointer.lastIndexOf('/'));
        ObjectNode holder = (ObjectNode) (pointer.startsWith("/executors") ? client : server).at(parent);
        holder.put("path", path);
        Map<String, Object> task = workspace("refused", client, server);

        assertThatThrownBy(() -> taskId(task))
                .isInstanceOf(Api.RefusedException.class)
                .hasMessageStartingWith("400 ")
                .hasMessageContaining("unsupported_workflow")
                .hasMessageContaining(path + " is not run here; supported: " + supported);
    }

    private static JobView finished(String name, String... wishes) throws IOException {
        return product.api().awaitFinished(submitted(name, wishes));
    }

    /// Sends a job by the published client and returns its id.
    private static String submitted(String name, String... wishes) throws IOException {
        Path folder = folder(name);
        for (String module : MODULES) {
            Files.writeString(folder.resolve(module), Python.resource(module));
        }
        Path shards = Files.createDirectory(folder.resolve("shards"));
        List<byte[]> tables = Zips.tables(ROWS);
        for (int i = 0; i < tables.size(); i++) {
            Files.write(shards.resolve("shard_%d.zip".formatted(i)), tables.get(i));
        }
        List<String> arguments = new ArrayList<>(List.of(
                Objects.requireNonNull(product.credentials().get("RESON_BASE_URL")),
                name,
                shards.toString(),
                "" + ROUNDS,
                "" + EPOCHS,
                "" + RATE));
        arguments.addAll(List.of(wishes));
        return Python.run(
                        Python.ofVariable("ROUNDELAY_TEST_RESONTECH_030"),
                        product.credentials(),
                        folder,
                        "nvflare_client.py",
                        arguments.toArray(String[]::new))
                .lines()
                .toList()
                .getLast();
    }

    private static Path folder(String name) throws IOException {
        return Files.createDirectories(product.folder().resolve("client-" + name));
    }

    /// Uploads a workspace as the web wizard prepares it and returns the body of the request that starts it.
    private static Map<String, Object> workspace(String name, JsonNode client, JsonNode server) {
        String folder = "jobs/" + name + "/";
        product.bucket()
                .put(
                        folder + "scripts/model_def.py",
                        Python.resource("flare_older.py") + "\n\n" + Python.resource("flare_model.py"));
        product.bucket().put(folder + "configs/config_fed_client.json", client.toString());
        product.bucket().put(folder + "configs/config_fed_server.json", server.toString());
        product.bucket().put(folder + "requirements/requirements.txt", "torch\nnvflare\n");
        List<byte[]> tables = Zips.tables(ROWS);
        for (int i = 0; i < tables.size(); i++) {
            product.bucket().put(folder + "shards/shard_%d.zip".formatted(i), tables.get(i));
        }
        return Map.of(
                "name", name,
                "shardsDirPath", "/" + folder + "shards",
                "trainingScriptsFolderPath", "/" + folder + "scripts",
                "trainingConfigFolderPath", "/" + folder + "configs",
                "trainingRequirementsFolderPath", "/" + folder + "requirements",
                "autoSelectWorkers", true);
    }

    private static String taskId(Map<String, Object> task) throws IOException {
        return Json.lenient()
                .readTree(product.api().call("POST", "/api/tasks", task))
                .path("id")
                .asText();
    }

    private static ObjectNode client() throws IOException {
        return (ObjectNode) Json.lenient().readTree("""
                {"format_version": 2,
                 "executors": [{"tasks": ["train", "validate", "submit_model"], "executor": {
                   "path": "custom_client_executor.GenericClientExecutor",
                   "args": {"data_root": "/app/payload", "adapter_module": "model_def", "train_fn": "fl_train_model",
                     "validate_fn": "fl_validate_model", "local_epochs": %d, "batch_size": 8, "learning_rate": %s}}}],
                 "task_data_filters": [], "task_result_filters": [], "components": []}
                """.formatted(EPOCHS, RATE));
    }

    private static ObjectNode executorArgs(ObjectNode client) {
        return (ObjectNode) client.at("/executors/0/executor/args");
    }

    private static ObjectNode server() throws IOException {
        return (ObjectNode) Json.lenient().readTree("""
                {"format_version": 2, "server": {"heart_beat_timeout": 600},
                 "task_data_filters": [], "task_result_filters": [],
                 "components": [
                   {"id": "persistor", "path": "custom_persistor.CustomPersistor", "args": {}},
                   {"id": "aggregator", "args": {"expected_data_kind": "WEIGHTS"}, "path":
                "nvflare.app_common.aggregators.intime_accumulate_model_aggregator.InTimeAccumulateWeightedAggregator"},
                   {"id": "shareable_generator", "args": {}, "path":
                "nvflare.app_common.shareablegenerators.full_model_shareable_generator.FullModelShareableGenerator"}],
                 "workflows": [{"id": "scatter_and_gather",
                   "path": "nvflare.app_common.workflows.scatter_and_gather.ScatterAndGather",
                   "args": {"min_clients": 2, "num_rounds": %d, "start_round": 0, "wait_time_after_min_received": 10,
                     "aggregator_id": "aggregator", "persistor_id": "persistor",
                     "shareable_generator_id": "shareable_generator", "allow_empty_global_weights": true,
                     "train_task_name": "train", "train_timeout": 0}}]}
                """.formatted(ROUNDS));
    }

    private static List<String> messages(JobView job) {
        return product.api().logs(job.id()).stream().map(LogLine::message).toList();
    }

    /// What the persistor saved is what the platform saved.
    private static void assertSaved(String slug) throws IOException {
        String models = "jobs/" + slug + "/model_out/";
        assertThat(product.bucket().keys(models)).containsExactly(models + "GLOBAL_MODEL.pt", models + "checkpoint.pt");
        JsonNode saved = Json.lenient().readTree(product.bucket().text(models + "GLOBAL_MODEL.pt"));
        Path checkpoint = folder(slug).resolve("saved.pt");
        Files.write(checkpoint, product.bucket().get(models + "checkpoint.pt"));
        String first = Python.run(Python.SYSTEM, Map.of(), folder(slug), "first_weight.py", checkpoint.toString());
        assertThat(saved.path("rounds").asInt()).isEqualTo(ROUNDS);
        assertThat(saved.path("w").path(0).asDouble()).isEqualTo(Double.parseDouble(first.strip()));
    }

    /// @param start  first value of each weight
    /// @param zeroed name of a tensor that is zero before each training, or `-`
    /// @param kept   name of a tensor that no site sends, or `-`
    private static void assertAverage(String slug, double start, String zeroed, String kept) throws IOException {
        Path folder = Files.createTempDirectory(product.folder(), "reference-" + slug);
        Path checkpoint = folder.resolve("checkpoint.pt");
        Files.write(checkpoint, product.bucket().get("jobs/" + slug + "/model_out/checkpoint.pt"));
        List<String> arguments = new ArrayList<>(
                List.of(checkpoint.toString(), "" + ROUNDS, "" + EPOCHS, "" + RATE, "" + start, zeroed, kept));
        List<byte[]> tables = Zips.csv(ROWS);
        for (int i = 0; i < tables.size(); i++) {
            Path shard = Files.createDirectory(folder.resolve("shard-" + i));
            Files.write(shard.resolve("data.csv"), tables.get(i));
            arguments.add(shard.toString());
        }
        String difference =
                Python.run(Python.SYSTEM, Map.of(), folder, "flare_reference.py", arguments.toArray(String[]::new));
        assertThat(Double.parseDouble(difference.strip())).as(slug).isLessThan(TOLERANCE);
    }
}
