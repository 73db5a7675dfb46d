package dev.roundelay.kernel;

import static dev.roundelay.kernel.AJob.aJob;
import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobPhase;
import dev.roundelay.kernel.job.Selection;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.WorkerOffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MatchingTest {
    private final KernelFixture fixture = new KernelFixture();

    @Test
    void a_gang_gets_all_its_workers_or_none() {
        fixture.worker("w1");
        fixture.worker("w2");
        Job job = fixture.submit(aJob("mnist").shards(3));
        fixture.settle();

        assertThat(fixture.kernel.view().image().assignments()).isEmpty();
        assertThat(reason(job)).isEqualTo("needs 3 workers, 2 are free");

        fixture.worker("w3");
        fixture.settle();
        assertThat(workers(job)).containsExactlyInAnyOrder("w1", "w2", "w3");
    }

    @Test
    void models_are_taken_in_their_order_then_the_cheapest_then_the_idlest() {
        fixture.worker("small", KernelFixture.offer(1, "rtx_3090", 24_000, Set.of()));
        fixture.price(fixture.worker("dear", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of())), 90);
        fixture.price(fixture.worker("cheap", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of())), 30);
        var wants = new Selection.Auto(List.of("rtx_4090", "rtx_3090"), OptionalInt.of(50), 0, false);

        Job first = fixture.submit(aJob("a").select(wants));
        fixture.settle();
        Job second = fixture.submit(aJob("b").select(wants));
        fixture.settle();
        Job third = fixture.submit(aJob("c").select(wants));
        fixture.settle();

        assertThat(workers(first)).containsExactly("cheap");
        assertThat(workers(second)).containsExactly("small");
        assertThat(reason(third))
                .isEqualTo("needs 1 worker of model rtx_4090 or rtx_3090 at <= 50 cents per GPU hour,"
                        + " none is free and 2 are busy");
    }

    @Test
    void cpu_selects_workers_without_a_gpu() {
        fixture.worker("gpu", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of()));
        fixture.worker("plain");

        Job job = fixture.submit(aJob("a").select(new Selection.Auto(List.of("cpu"), OptionalInt.empty(), 0, false)));
        fixture.settle();

        assertThat(workers(job)).containsExactly("plain");
    }

    @Test
    void shards_are_spread_over_workers_before_a_worker_gets_two() {
        fixture.worker("w1", KernelFixture.cpu(2));
        fixture.worker("w2", KernelFixture.cpu(2));

        Job job = fixture.submit(aJob("a").shards(2));
        fixture.settle();

        assertThat(workers(job)).containsExactly("w1", "w2");
    }

    @Test
    void memory_is_that_of_a_slot_and_what_is_free() {
        fixture.worker("w1", KernelFixture.offer(2, "cpu", 16_000, Set.of()));
        TestAgent full = fixture.worker("w2", KernelFixture.offer(1, "cpu", 16_000, Set.of()));
        full.freeMemoryMb = 4_000;
        full.sync();
        var wants = new Selection.Auto(List.of(), OptionalInt.empty(), 12_000, false);

        Job job = fixture.submit(aJob("a").select(wants));
        fixture.settle();
        assertThat(fixture.job(job.id()).phase()).isEqualTo(JobPhase.QUEUED);

        full.freeMemoryMb = 14_000;
        fixture.seconds(4);
        assertThat(workers(job)).containsExactly("w2");
    }

    @Test
    void a_gpu_slot_needs_the_memory_that_is_free_on_its_own_gpu() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(2, "rtx_4090", 48_000, Set.of()));
        box.slotFreeMemoryMb = Optional.of(List.of(24_000L, 2_000L));
        box.sync();

        Job two = fixture.submit(aJob("two").shards(2).select(needing(10_000)));
        fixture.settle();
        assertThat(reason(two)).isEqualTo("needs 2 workers with >= 10000 MB, 1 is free and 1 is busy");

        box.slotFreeMemoryMb = Optional.of(List.of(24_000L, 23_000L));
        fixture.seconds(4);
        assertThat(workers(two)).containsExactly("box", "box");
    }

    @Test
    void a_small_job_leaves_the_free_gpu_to_the_large_one() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(2, "rtx_4090", 48_000, Set.of()));
        box.slotFreeMemoryMb = Optional.of(List.of(24_000L, 2_000L));
        box.sync();

        Job small = fixture.submit(aJob("small").select(needing(1_000)));
        Job large = fixture.submit(aJob("large").select(needing(20_000)));
        fixture.kernel.runDueWork();

        assertThat(workers(small)).containsExactly("box");
        assertThat(workers(large)).containsExactly("box");
    }

    @Test
    void while_an_offer_is_on_its_way_only_the_smaller_gpus_are_counted_on() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(2, "rtx_4090", 48_000, Set.of()));
        box.slotFreeMemoryMb = Optional.of(List.of(24_000L, 2_000L));
        box.sync();
        fixture.submit(aJob("small").select(needing(1_000)));
        fixture.kernel.runDueWork();

        Job large = fixture.submit(aJob("large").select(needing(20_000)));
        fixture.kernel.runDueWork();
        assertThat(workers(large)).containsExactly("");

        box.slotFreeMemoryMb = Optional.of(List.of(24_000L));
        box.sync();
        fixture.kernel.runDueWork();
        assertThat(workers(large)).containsExactly("box");
    }

    @Test
    void a_slot_is_not_free_before_its_worker_says_so() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of()));
        box.slotFreeMemoryMb = Optional.of(List.of());
        box.sync();

        Job job = fixture.submit(aJob("a"));
        Job pinned = fixture.submit(aJob("b").pinnedTo(box.id));
        fixture.settle();
        assertThat(reason(job)).isEqualTo("needs 1 worker, none is free and 1 is busy");
        assertThat(reason(pinned)).isEqualTo("waits for box (busy)");
        assertThat(fixture.kernel.view().worker(box.id).orElseThrow().freeSlots())
                .isZero();

        box.slotFreeMemoryMb = Optional.of(List.of(24_000L));
        fixture.seconds(2);
        assertThat(fixture.kernel.view().image().live(box.id)).hasSize(1);
    }

    @Test
    void a_worker_whose_gpus_are_all_in_quarantine_gets_nothing() {
        TestAgent box = fixture.worker("box", KernelFixture.offer(1, "rtx_4090", 24_000, Set.of()));
        box.offer = KernelFixture.offer(0, "rtx_4090", 0, Set.of());
        box.slotFreeMemoryMb = Optional.of(List.of());
        box.sync();

        Job job = fixture.submit(aJob("a"));
        Job pinned = fixture.submit(aJob("b").pinnedTo(box.id));
        fixture.settle();

        assertThat(reason(job)).isEqualTo("needs 1 worker, none is free");
        assertThat(reason(pinned)).isEqualTo("waits for box (has no usable GPU)");
    }

    @Test
    void others_workers_serve_only_when_shared_and_allowed() {
        fixture.worker("bobs", "bob", KernelFixture.cpu(1));
        Job mine = fixture.submit(aJob("a"));
        fixture.settle();
        assertThat(reason(mine)).isEqualTo("needs 1 worker, none is free");

        fixture.kernel.update(fixture.agent("bobs").id, AWorker.shared());
        fixture.settle();
        assertThat(workers(mine)).containsExactly("bobs");

        Job onlyMine = fixture.submit(aJob("b").select(new Selection.Auto(List.of(), OptionalInt.empty(), 0, true)));
        fixture.settle();
        assertThat(reason(onlyMine)).isEqualTo("needs 1 worker of your own, none is free");
    }

    @Test
    void a_worker_that_allows_only_some_users_gets_no_others_code() {
        fixture.worker(
                "w1",
                new WorkerOffer(
                        1, "cpu", "cpu", 1000, Map.of(), Set.of(), Map.of(), Set.of(new UserId("carol")), Set.of()));

        Job job = fixture.submit(aJob("a"));
        fixture.settle();

        assertThat(reason(job)).isEqualTo("needs 1 worker, none is free");
    }

    @Test
    void a_dataset_and_an_environment_at_hand_decide() {
        fixture.worker("a-plain");
        fixture.worker("b-cold", KernelFixture.offer(1, "cpu", 1000, Set.of("hospital")));
        fixture.worker(
                "c-warm",
                new WorkerOffer(
                        1, "cpu", "cpu", 1000, Map.of(), Set.of("hospital"), Map.of(), Set.of(), Set.of("env-1")));

        Job job = fixture.submit(aJob("a").dataset("hospital").environment("env-1"));
        fixture.settle();

        assertThat(workers(job)).containsExactly("c-warm");
    }

    @Test
    void pinned_workers_are_waited_for_by_name() {
        TestAgent w1 = fixture.worker("w1");
        TestAgent w2 = fixture.worker("w2");
        TestAgent w3 = fixture.worker("w3");
        fixture.running(aJob("other").pinnedTo(w1.id));
        w2.crash();
        fixture.kernel.drain(w3.id, "ada");
        fixture.seconds(9);

        Job job = fixture.submit(aJob("a").pinnedTo(w1.id, w2.id, w3.id));

        assertThat(reason(job)).isEqualTo("waits for w1 (busy), w2 (offline), w3 (draining)");
    }

    @Test
    void unknown_and_repeated_workers_are_refused() {
        TestAgent w1 = fixture.worker("w1");
        TestAgent bobs = fixture.worker("bobs", "bob", KernelFixture.cpu(1));

        assertThat(fixture.kernel.submit(aJob("a").pinnedTo(w1.id, w1.id).build(), Participant.NONE))
                .isEqualTo(new Submitted.DuplicateWorker(w1.id));
        assertThat(fixture.kernel.submit(aJob("a").pinnedTo(bobs.id).build(), Participant.NONE))
                .isEqualTo(new Submitted.UnknownWorker(bobs.id));
    }

    private static Selection.Auto needing(long memoryMb) {
        return new Selection.Auto(List.of(), OptionalInt.empty(), memoryMb, false);
    }

    private String reason(Job job) {
        return fixture.kernel.view().queuePlace(job.id()).orElseThrow().reason();
    }

    private List<String> workers(Job job) {
        return fixture.kernel.view().sites(job.id()).stream()
                .map(SiteStatus::workerName)
                .toList();
    }
}
