package dev.roundelay.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.contract.worker.Events;
import dev.roundelay.worker.client.RefusedException;
import dev.roundelay.worker.controlplane.Eventually;
import dev.roundelay.worker.controlplane.FakeControlPlane;
import dev.roundelay.worker.controlplane.FakeJob;
import dev.roundelay.worker.controlplane.Modules;
import dev.roundelay.worker.controlplane.RunningAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real agent with real harnesses against a scripted control plane: what goes wrong around it.
class AgentFaultsIT {
    @TempDir
    Path folder;

    private FakeControlPlane plane;

    @BeforeEach
    void start() throws Exception {
        plane = new FakeControlPlane();
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void a_connection_cut_in_a_download_is_resumed_where_it_broke() throws Exception {
        plane.faults().cutDownload("GET .*/models/1", 1_500_000);
        plane.faults().cutDownload("GET .*/inputs/asset-.*", 200_000);

        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.LARGE).asset("table.bin", new byte[700_000]));
            plane.awaitFinished();
        }

        assertThat(plane.faults().used()).isEqualTo(2);
        assertThat(plane.faults().resumedDownloads()).isEqualTo(2);
    }

    @Test
    void a_connection_cut_in_an_upload_is_resumed_where_it_broke() throws Exception {
        plane.faults().cutUpload("PUT .*/updates/0", 1_500_000);
        plane.faults().cutUpload("PUT .*/models/0", 2_500_000);

        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.LARGE));
            plane.awaitFinished();
        }

        assertThat(plane.faults().used()).isEqualTo(2);
        assertThat(plane.faults().resumedUploads()).isEqualTo(2);
        assertThat(plane.site(0).received(0)).isEqualTo(1);
    }

    @Test
    void lost_replies_lose_nothing_and_double_nothing() throws Exception {
        for (String call : List.of(
                "POST /worker/v1/sync",
                "GET .*/asg_1",
                "GET .*/inputs/.*",
                "PUT .*/models/0",
                "GET .*/models/0",
                "PUT .*/updates/0",
                "PUT .*/updates/1",
                "PUT .*/validations/1",
                "PUT .*/files/0/notes.txt",
                "POST .*/events",
                "POST .*/events")) {
            plane.faults().loseReply(call);
        }

        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.NUMPY));
            plane.awaitFinished();
        }

        assertThat(plane.faults().used()).isEqualTo(11);
        assertThat(plane.site(0).messages()).containsOnlyOnce("training site-1 round 0", "training site-1 round 1");
        assertThat(plane.site(0).files()).containsOnlyKeys("0/notes.txt", "1/notes.txt");
    }

    @Test
    void an_update_comes_after_the_files_of_its_round_however_long_they_take() throws Exception {
        plane.faults().refuse("PUT .*/files/0/notes.txt", 503, "unavailable");
        plane.faults().refuse("PUT .*/files/1/notes.txt", 503, "unavailable");

        try (RunningAgent _ = setup().start()) {
            plane.submit(FakeJob.of(Modules.NUMPY));
            plane.awaitFinished();
        }

        assertThat(plane.faults().used()).isEqualTo(2);
        assertThat(plane.site(0).filesBeforeUpdate().get(0)).contains("0/notes.txt");
        assertThat(plane.site(0).filesBeforeUpdate().get(1)).contains("1/notes.txt");
    }

    @Test
    void an_answer_that_the_fence_is_stale_ends_the_harness_at_once() throws Exception {
        try (RunningAgent _ = waitingIn(setup())) {
            List<ProcessHandle> harness = harnesses();

            plane.reassign(0);

            Eventually.awaitGone(harness);
            go();
            plane.awaitFinished();
        }
        assertThat(plane.site(0).states()).doesNotContain("failed", "stopped");
    }

    @Test
    void a_stack_is_shown_once_for_each_wish_and_the_training_goes_on() throws Exception {
        try (RunningAgent _ = waitingIn(setup())) {
            plane.askForStack(0, 7);
            plane.await(
                    "the stack is in the log",
                    () -> plane.site(0).messages().stream().anyMatch(line -> line.contains("in fl_train")));
            plane.askForStack(0, 7);
            go();
            plane.awaitFinished();
        }

        assertThat(plane.site(0).messages()).containsOnlyOnce("the stack of every thread, as asked for:");
        assertThat(plane.site(0).states()).doesNotContain("failed", "stopped");
    }

    @Test
    void an_attempt_that_is_listed_no_more_is_stopped_and_reported() throws Exception {
        try (RunningAgent _ = waitingIn(setup())) {
            List<ProcessHandle> harness = harnesses();

            plane.withdraw(0);

            Eventually.awaitGone(harness);
            plane.await("the end is reported", () -> plane.site(0).states().contains("stopped"));
        }
    }

    @Test
    void a_stop_ends_every_process_and_is_confirmed() throws Exception {
        try (RunningAgent _ = waitingIn(setup())) {
            List<ProcessHandle> harness = harnesses();

            plane.cancel();

            plane.await("the stop is confirmed", () -> plane.site(0).states().contains("stopped"));
            assertThat(harness).noneMatch(AgentFaultsIT::runs);
            Eventually.await(
                    "the attempt's folder is gone", () -> children("attempts").isEmpty());
        }
    }

    /// Whether a process is more than a dead one's entry, which stays until its new parent, the machine's first
    /// process,
    /// looks.
    private static boolean runs(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return process.isAlive() && !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void training_goes_on_while_the_server_is_away_and_no_line_is_lost() throws Exception {
        try (RunningAgent _ = waitingIn(setup())) {
            plane.goAway();
            go();
            Eventually.await("the round is trained", this::isUpdateKept);
            plane.comeBack();
            plane.awaitFinished();
        }

        List<Events.Line> lines = plane.site(0).lines().stream()
                .filter(line ->
                        Integer.valueOf(0).equals(line.round()) && line.source().equals("user"))
                .toList();
        assertThat(lines).hasSize(3_002);
        assertThat(lines.getLast().message()).isEqualTo("went on");
        assertThat(plane.site(0).lines())
                .extracting(Events.Line::n)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, plane.site(0).lines().size())
                                .boxed()
                                .toList());
        assertThat(plane.site(0).received(0)).isEqualTo(1);
        assertThat(plane.instances()).isEqualTo(1);
    }

    @Test
    void a_disconnect_limit_ends_what_is_held_and_begins_anew() throws Exception {
        try (RunningAgent _ = waitingIn(setup().disconnectLimit(Duration.ofMillis(300)))) {
            List<ProcessHandle> harness = harnesses();

            plane.goAway();
            Eventually.awaitGone(harness);
            go();
            plane.comeBack();

            plane.awaitFinished();
        }
        assertThat(plane.instances()).isEqualTo(2);
    }

    @Test
    void a_restarted_agent_comes_back_under_its_id_and_adopts_nothing() throws Exception {
        List<ProcessHandle> harness;
        try (RunningAgent _ = waitingIn(setup())) {
            harness = harnesses();
        }
        assertThat(harness).noneMatch(AgentFaultsIT::runs);
        go();

        try (RunningAgent _ =
                setup().joining("w1", null).dataset("local", data()).start()) {
            plane.awaitFinished();
        }

        assertThat(plane.registrations()).isEqualTo(1);
        assertThat(plane.instances()).isEqualTo(2);
        assertThat(children("attempts")).isEmpty();
        assertThat(children("jobs")).isEmpty();
    }

    @Test
    void an_update_that_the_server_lost_is_sent_again_without_training() throws Exception {
        try (RunningAgent _ = setup().slots(2).start()) {
            plane.holdBack(1);
            plane.submit(FakeJob.of(Modules.NUMPY).shards(2));
            plane.await("the first site has sent", () -> plane.site(0).received(0) == 1);

            plane.askAgain(0);
            plane.await("the first site has sent again", () -> plane.site(0).received(0) == 2);
            plane.letGo(1);
            plane.awaitFinished();
        }

        assertThat(plane.site(0).messages()).containsOnlyOnce("training site-1 round 0");
    }

    @Test
    void the_next_server_is_asked_where_one_does_not_answer() throws Exception {
        String dead;
        try (ServerSocket socket = new ServerSocket(0)) {
            dead = "http://127.0.0.1:" + socket.getLocalPort();
        }
        plane.faults().refuse("POST /worker/v1/sync", 503, "not_active");

        try (RunningAgent agent = setup().servers(dead, plane.url()).start()) {
            assertThat(agent.ready()).contains("wrk_test");
        }
    }

    @Test
    void a_worker_that_was_removed_ends() throws Exception {
        try (RunningAgent agent = waitingIn(setup())) {
            List<ProcessHandle> harness = harnesses();

            plane.refuseWorker();

            assertThat(agent.ended()).isInstanceOf(RefusedException.class);
            Eventually.awaitGone(harness);
        }
    }

    @Test
    void files_are_handed_over_by_hard_link() throws Exception {
        Path handover = Files.createDirectory(folder.resolve("handover"));

        try (RunningAgent _ = setup().handOver(handover).start()) {
            plane.submit(FakeJob.of(Modules.NUMPY));
            plane.awaitFinished();
        }

        // Model 0 in, models 0 to 2 out, two updates and two files in.
        assertThat(plane.faults().links()).isEqualTo(8);
        try (Stream<Path> left = Files.list(handover.resolve("wrk_test"))) {
            assertThat(left).isEmpty();
        }
    }

    private RunningAgent waitingIn(RunningAgent.Setup setup) throws Exception {
        RunningAgent agent = setup.dataset("local", data()).start();
        plane.submit(FakeJob.of(Modules.WAITING).dataset("local").rounds(1));
        plane.await("training has begun", () -> plane.site(0).messages().contains("waiting"));
        return agent;
    }

    private void go() throws IOException {
        Files.writeString(data().resolve("go"), "");
    }

    private Path data() throws IOException {
        return Files.createDirectories(folder.resolve("dataset"));
    }

    private boolean isUpdateKept() {
        try (Stream<Path> files = Files.walk(folder.resolve("data/attempts"))) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("sealed-update_0"));
        } catch (IOException e) {
            return false;
        }
    }

    private List<Path> children(String name) {
        Path parent = folder.resolve("data").resolve(name);
        if (!Files.exists(parent)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(parent)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ProcessHandle> harnesses() {
        List<ProcessHandle> found = Eventually.harnesses(ProcessHandle.current());
        assertThat(found).isNotEmpty();
        return found;
    }

    private RunningAgent.Setup setup() {
        return new RunningAgent.Setup(plane, folder.resolve("data"));
    }
}
