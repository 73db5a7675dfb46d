package dev.roundelay.server.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.roundelay.contract.ErrorCode;
import dev.roundelay.contract.job.JobSpec;
import dev.roundelay.contract.job.NvflareCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The JSON files beside this class were rendered by the published client 0.3.0.
class WorkspaceParserTest {
    private static final String AGGREGATOR =
            "nvflare.app_common.aggregators.intime_accumulate_model_aggregator.InTimeAccumulateWeightedAggregator";
    private static final String GENERATOR =
            "nvflare.app_common.shareablegenerators.full_model_shareable_generator.FullModelShareableGenerator";

    @Test
    void the_client_s_defaults_are_understood() throws IOException {
        Workspace workspace = rendered("defaults");

        assertThat(workspace.model().module()).isEqualTo("model_def");
        assertThat(workspace.model().className()).isEqualTo("Net");
        assertThat(workspace.model().args()).isEmpty();
        assertThat(workspace.model().trainFn()).isEqualTo("fl_train");
        assertThat(workspace.model().validateFn()).isEqualTo("fl_validate");
        assertThat(workspace.training().localEpochs()).isEqualTo(1);
        assertThat(workspace.training().batchSize()).isEqualTo(32);
        assertThat(workspace.training().learningRate()).isEqualTo(1e-3);
        assertThat(workspace.training().extra()).isEmpty();
        assertThat(workspace.federation().rounds()).isEqualTo(5);
        assertThat(workspace.federation().minClients()).isEqualTo(1);
        assertThat(workspace.federation().waitAfterMinSeconds()).isEqualTo(10);
        assertThat(workspace.federation().quantization()).isNull();
        assertThat(workspace.warnings()).isEmpty();
    }

    @Test
    void every_setting_of_the_client_arrives_and_extras_keep_their_names_and_types() throws IOException {
        Workspace workspace = rendered("tuned");

        assertThat(workspace.model().args()).containsEntry("hidden", 16).containsEntry("names", List.of("a", "b"));
        assertThat(workspace.model().trainFn()).isEqualTo("my_train");
        assertThat(workspace.model().validateFn()).isEqualTo("my_validate");
        assertThat(workspace.training().localEpochs()).isEqualTo(3);
        assertThat(workspace.training().batchSize()).isEqualTo(8);
        assertThat(workspace.training().learningRate()).isEqualTo(0.05);
        assertThat(workspace.training().extra())
                .containsEntry("image_size", 28)
                .containsEntry("optimizer", "sgd")
                .containsEntry("mixup", null)
                .containsEntry("layers", List.of(1, 2))
                .hasSize(4);
        assertThat(workspace.federation().rounds()).isEqualTo(7);
        assertThat(workspace.federation().minClients()).isEqualTo(3);
        assertThat(workspace.federation().waitAfterMinSeconds()).isZero();
    }

    @Test
    void quantisation_is_a_matter_of_the_transfer() throws IOException {
        Workspace workspace = rendered("quantized");

        assertThat(workspace.federation().quantization()).isEqualTo("float16");
        assertThat(workspace.warnings()).isEmpty();
    }

    @Test
    void a_workspace_of_the_client_s_own_classes_needs_no_nvflare() throws IOException {
        assertThat(rendered("tuned").model().needsNvflare()).isFalse();
        assertThat(rendered("quantized").model().needsNvflare()).isFalse();
    }

    @Test
    void an_executor_of_the_user_s_keeps_its_arguments() throws IOException {
        NvflareCode code = nvflare(rendered("own_executor"));

        assertThat(code.persistor()).isNull();
        assertThat(Objects.requireNonNull(code.executor()).path()).isEqualTo("custom_client_executor.MyExecutor");
        assertThat(code.executor().args())
                .containsEntry("data_root", "/app/payload")
                .containsEntry("model_class", "Net")
                .containsEntry("local_epochs", 1);
    }

    @Test
    void a_persistor_of_the_user_s_keeps_its_arguments() throws IOException {
        NvflareCode code = nvflare(rendered("own_persistor"));

        assertThat(code.executor()).isNull();
        assertThat(Objects.requireNonNull(code.persistor()).path()).isEqualTo("custom_persistor.MyPersistor");
        assertThat(code.persistor().args()).containsEntry("model", Map.of("path", "model_def.Net", "args", Map.of()));
    }

    @Test
    void filters_of_the_client_that_do_not_quantise_run_around_training() throws IOException {
        String client = text("quantized_client.json").replace("\"filters\": [", """
                "filters": [
                  {"id": "a", "path": "model_def.Clip", "args": {"by": 2}},
                  {"id": "b", "path": "nvflare.app_common.filters.exclude_vars.ExcludeVars", "args": {}},
                """);

        Workspace workspace = parse(client, text("quantized_server.json"));
        NvflareCode code = nvflare(workspace);

        assertThat(code.dataFilters())
                .containsExactly(
                        new NvflareCode.Filter("model_def.Clip", Map.of("by", 2), List.of("train")),
                        new NvflareCode.Filter(
                                "nvflare.app_common.filters.exclude_vars.ExcludeVars", Map.of(), List.of("train")));
        assertThat(code.resultFilters()).hasSize(2);
        assertThat(code.executor()).isNull();
        assertThat(workspace.federation().quantization()).isEqualTo("float16");
    }

    @Test
    void a_component_that_is_passed_over_is_named_in_a_warning() throws IOException {
        String server = text("defaults_server.json").replace("\"components\": [", """
                "components": [
                  {"id": "selector", "path": "nvflare.app_common.widgets.IntimeModelSelector", "args": {}},
                """);

        assertThat(parse(text("defaults_client.json"), server).warnings())
                .singleElement()
                .asString()
                .contains("selector", "IntimeModelSelector", "config_fed_server.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "custom_client_executor.GenericClientExecutor|nvflare.app_common.np.np_trainer.NPTrainer|custom_client_executor.GenericClientExecutor, custom_client_executor.<a class of your own>",
                "custom_client_executor.GenericClientExecutor|os.system|custom_client_executor.GenericClientExecutor",
                "custom_client_executor.GenericClientExecutor|custom_client_executor.a b|custom_client_executor.GenericClientExecutor",
                "model_def.Clip|nvflare.app_opt.he.model_encryptor.HEModelEncryptor|ModelQuantizer, ModelDequantizer, a Filter of the job's scripts, ExcludeVars, PercentilePrivacy, SVTPrivacy",
                "model_def.Clip|nvflare.app_common.filters.statistics_privacy_filter.StatisticsPrivacyFilter|ModelQuantizer"
            })
    void a_client_s_class_that_is_not_run_here_is_refused_with_those_that_are(
            String instead, String refused, String supported) throws IOException {
        String client = text("defaults_client.json")
                .replace(
                        "\"task_result_filters\": []",
                        "\"task_result_filters\": [{\"tasks\": [\"train\"], \"filters\": [{\"path\": \"model_def.Clip\"}]}]")
                .replace(instead, refused);

        assertThatThrownBy(() -> parse(client, text("defaults_server.json")))
                .asInstanceOf(InstanceOfAssertFactories.type(WorkspaceException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_WORKFLOW))
                .extracting(Throwable::getMessage)
                .asString()
                .contains("config_fed_client.json", refused + " is not run here; supported: " + supported);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"aggregation_weights|{\"site-1\": 2.0}", "exclude_vars|\"head\"", "weigh_by_local_iter|false"})
    void an_average_of_another_kind_is_refused(String argument, String value) throws IOException {
        String server = text("defaults_server.json")
                .replace(
                        "\"expected_data_kind\": \"WEIGHTS\"",
                        "\"aggregation_weights\": {}, \"weigh_by_local_iter\": true, \"expected_data_kind\": \"WEIGHT_DIFF\"");
        assertThat(parse(text("defaults_client.json"), server).warnings()).isEmpty();

        String other = text("defaults_server.json")
                .replace(
                        "\"expected_data_kind\": \"WEIGHTS\"",
                        "\"%s\": %s, \"expected_data_kind\": \"WEIGHTS\"".formatted(argument, value));

        assertThatThrownBy(() -> parse(text("defaults_client.json"), other))
                .hasMessageContaining("components[aggregator].args] " + argument + " = ")
                .hasMessageContaining("supported: expected_data_kind");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"path\": \"torch.optim.SGD\", \"args\": {\"lr\": 1.0, \"momentum\": 0.6}}|fed_avg_m|{learning_rate=1.0, momentum=0.6}",
                "{\"path\": \"torch.optim.SGD\", \"args\": {\"weight_decay\": 0, \"nesterov\": false}}|fed_avg_m|{learning_rate=0.001, momentum=0.0}",
                "{\"path\": \"torch.optim.Adam\", \"args\": {\"lr\": 0.1, \"betas\": [0.8, 0.9]}}|fed_adam|{beta1=0.8, beta2=0.9, learning_rate=0.1, tau=1.0E-8}",
                "{\"path\": \"torch.optim.Adagrad\", \"args\": {\"eps\": 0.01}}|fed_adagrad|{learning_rate=0.01, tau=0.01}"
            })
    void fed_opt_becomes_a_strategy_with_the_optimizer_s_arguments(String optimizer, String name, String args)
            throws IOException {
        Workspace workspace = parse(text("defaults_client.json"), fedOpt("{\"optimizer_args\": " + optimizer + "}"));

        assertThat(workspace.federation().strategy().name()).isEqualTo(name);
        assertThat(workspace.federation().strategy().args()).hasToString(args);
        assertThat(workspace.warnings()).hasSize(name.equals("fed_adam") ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"optimizer_args\": {\"path\": \"torch.optim.LBFGS\"}}|torch.optim.LBFGS is not run here; supported: torch.optim.SGD",
                "{\"optimizer_args\": {\"path\": \"my.SGD\"}}|my.SGD is not run here",
                "{\"optimizer_args\": {\"path\": \"torch.optim.SGD\", \"args\": {\"nesterov\": true}}}|nesterov = true is not run here; supported: lr, momentum",
                "{\"lr_scheduler_args\": {\"path\": \"torch.optim.lr_scheduler.StepLR\"}}|lr_scheduler_args is not run here"
            })
    void what_fed_opt_cannot_be_here_is_refused(String args, String message) {
        assertThatThrownBy(() -> parse(text("defaults_client.json"), fedOpt(args)))
                .asInstanceOf(InstanceOfAssertFactories.type(WorkspaceException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_WORKFLOW))
                .extracting(Throwable::getMessage)
                .asString()
                .contains("config_fed_server.json, components[shareable_generator].", message);
    }

    @Test
    void an_aggregator_of_ours_is_a_strategy_with_its_arguments() throws IOException {
        String server = text("defaults_server.json")
                .replace(AGGREGATOR, "roundelay.multi_krum")
                .replace("\"expected_data_kind\": \"WEIGHTS\"", "\"byzantine\": 2");

        JobSpec.Strategy strategy =
                parse(text("defaults_client.json"), server).federation().strategy();

        assertThat(strategy).isEqualTo(new JobSpec.Strategy("multi_krum", Map.of("byzantine", 2)));
    }

    @Test
    void the_workflow_of_scaffold_is_the_strategy_alone() throws IOException {
        String server = text("defaults_server.json")
                .replace("scatter_and_gather.ScatterAndGather", "scatter_and_gather_scaffold.ScatterAndGatherScaffold");

        assertThat(parse(text("defaults_client.json"), server)
                        .federation()
                        .strategy()
                        .name())
                .isEqualTo("scaffold");
        assertThatThrownBy(
                        () -> parse(text("defaults_client.json"), server.replace(AGGREGATOR, "roundelay.fed_median")))
                .hasMessageContaining("roundelay.fed_median beside scaffold is not run here; supported: one of them");
    }

    private static String fedOpt(String args) throws IOException {
        String server = text("defaults_server.json");
        String usual = "\"" + GENERATOR + "\",\n      \"args\": {}";
        assertThat(server).contains(usual);
        return server.replace(
                usual, "\"nvflare.app_opt.pt.fedopt.PTFedOptModelShareableGenerator\", \"args\": " + args);
    }

    @Test
    void a_filter_of_the_server_is_refused() throws IOException {
        String server = text("quantized_server.json")
                .replace("nvflare.app_opt.pt.quantization.quantizer.ModelQuantizer", "model_def.Clip");

        assertThatThrownBy(() -> parse(text("quantized_client.json"), server))
                .hasMessageContaining("config_fed_server.json")
                .hasMessageContaining("model_def.Clip is not run here; supported: Model");
    }

    @ParameterizedTest
    @CsvSource({
        "cyclic, CyclicController, ScatterAndGather",
        "own_aggregator, my_module.MedianAggregator, InTimeAccumulateWeightedAggregator"
    })
    void a_class_that_is_not_run_here_is_refused_with_those_that_are(String name, String refused, String supported) {
        assertThatThrownBy(() -> rendered(name))
                .asInstanceOf(InstanceOfAssertFactories.type(WorkspaceException.class))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_WORKFLOW))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(refused, "supported: " + supported);
    }

    @Test
    void a_class_of_the_same_name_from_elsewhere_is_refused() throws IOException {
        String server = text("defaults_server.json")
                .replace("nvflare.app_common.workflows.scatter_and_gather", "custom_persistor");

        assertThatThrownBy(() -> parse(text("defaults_client.json"), server))
                .hasMessageContaining("custom_persistor.ScatterAndGather");
    }

    @Test
    void the_wizard_s_older_form_takes_functions_with_a_payload() throws IOException {
        String client = text("defaults_client.json")
                .replace("\"model_class\": \"Net\",", "")
                .replace("\"train_fn\": \"fl_train\",", "")
                .replace("\"validate_fn\": \"fl_validate\",", "");

        Workspace workspace = parse(client, text("defaults_server.json"));

        assertThat(workspace.model().className()).isNull();
        assertThat(workspace.model().trainFn()).isEqualTo("fl_train_model");
        assertThat(workspace.model().validateFn()).isEqualTo("fl_validate_model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "[]", "null", "{", "{}", "{\"executors\": 5}", "{\"executors\": [{}]}"})
    void a_broken_client_configuration_is_refused_by_its_name(String client) {
        assertThatThrownBy(() -> parse(client, text("defaults_server.json")))
                .isInstanceOf(WorkspaceException.class)
                .hasMessageContaining("config_fed_client.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[1]",
                "{}",
                "{\"workflows\": []}",
                "{\"workflows\": [{}, {}]}",
                "{\"workflows\": [{\"path\": \"ScatterAndGather\", \"args\": {\"num_rounds\": \"five\"}}]}",
                "{\"workflows\": [{\"path\": \"ScatterAndGather\", \"args\": {\"num_rounds\": 99999999999}}]}",
                "{\"workflows\": [{\"path\": \"ScatterAndGather\", \"args\": {\"min_clients\": 1.5}}]}"
            })
    void a_broken_server_configuration_is_refused_by_its_name(String server) {
        assertThatThrownBy(() -> parse(text("defaults_client.json"), server))
                .isInstanceOf(WorkspaceException.class)
                .hasMessageContaining("config_fed_server.json");
    }

    private static NvflareCode nvflare(Workspace workspace) {
        return Objects.requireNonNull(workspace.model().nvflare());
    }

    private static Workspace rendered(String name) throws IOException {
        return parse(text(name + "_client.json"), text(name + "_server.json"));
    }

    private static Workspace parse(String client, String server) {
        return new WorkspaceParser()
                .parse(client.getBytes(StandardCharsets.UTF_8), server.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(WorkspaceParserTest.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
