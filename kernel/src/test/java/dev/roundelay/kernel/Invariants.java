package dev.roundelay.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.Fence;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.JobState;
import dev.roundelay.kernel.job.JobTransition;
import dev.roundelay.kernel.job.JobTransitions;
import dev.roundelay.kernel.worker.Worker;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What holds after every step, whatever happened.
final class Invariants {
    private final InMemoryKernelStore memory;
    private final Map<JobId, Job> ended = new HashMap<>();
    private int checks;

    Invariants(InMemoryKernelStore memory) {
        this.memory = memory;
    }

    void check(Kernel kernel) {
        List<Job> jobs = memory.listJobs(new JobQuery(Optional.empty(), Set.of(), "", 200, 0))
                .items();
        memoryIsWhatWasCommitted(kernel);
        slotsAreNeverDoubleBooked(kernel.view().image());
        Set<Fence> fences = new HashSet<>();
        for (Job job : jobs) {
            endsStayAsTheyAre(job);
            oneLiveLeaseForEachShard(job, fences);
        }
        if (checks++ % 20 == 0) {
            jobs.forEach(this::statesOnlyMoveForward);
        }
    }

    private void memoryIsWhatWasCommitted(Kernel kernel) {
        KernelImage image = kernel.view().image();
        KernelImage stored = KernelImage.of(
                memory.listJobs(new JobQuery(Optional.empty(), Set.of(), "", 200, 0))
                        .items(),
                List.of(),
                List.of());
        assertThat(Set.copyOf(image.jobs())).isEqualTo(Set.copyOf(stored.jobs()));
        for (Job job : image.jobs()) {
            Map<Integer, Assignment> last = new HashMap<>();
            memory.assignments(job.id()).forEach(assignment -> last.put(assignment.shard(), assignment));
            assertThat(image.current(job.id())).isEqualTo(last);
        }
    }

    private static void slotsAreNeverDoubleBooked(KernelImage image) {
        Map<Object, Long> live = new HashMap<>();
        image.assignments().stream()
                .filter(Assignment::isLive)
                .forEach(assignment -> live.merge(assignment.workerId(), 1L, Long::sum));
        for (Worker worker : image.workers()) {
            assertThat(image.live(worker.id()))
                    .hasSize(live.getOrDefault(worker.id(), 0L).intValue());
            // A worker may offer fewer slots than it did when it was given its shards; it never gets more than three.
            assertThat(image.live(worker.id()).size()).isLessThanOrEqualTo(3);
        }
    }

    private void endsStayAsTheyAre(Job job) {
        Job before = ended.get(job.id());
        if (before != null) {
            assertThat(job).isEqualTo(before);
        } else if (!job.isLive()) {
            ended.put(job.id(), job);
        }
    }

    private void oneLiveLeaseForEachShard(Job job, Set<Fence> fences) {
        Map<Integer, Integer> live = new HashMap<>();
        Map<Integer, Integer> attempts = new HashMap<>();
        for (Assignment assignment : memory.assignments(job.id())) {
            assertThat(fences.add(assignment.fence()))
                    .as("fence of " + assignment)
                    .isTrue();
            assertThat(assignment.attempt()).isEqualTo(attempts.merge(assignment.shard(), 1, Integer::sum));
            assertThat(assignment.strikes()).isBetween(0, job.limits().maxAttempts());
            if (assignment.isLive()) {
                assertThat(live.merge(assignment.shard(), 1, Integer::sum))
                        .as("leases of " + assignment)
                        .isEqualTo(1);
                assertThat(job.isGoingOn() || assignment.stopping())
                        .as("told to stop: " + assignment)
                        .isTrue();
            }
        }
    }

    private void statesOnlyMoveForward(Job job) {
        JobState state = JobState.PENDING;
        for (JobTransition row : memory.timeline(job.id())) {
            if (row.from() != null && row.from() != row.to()) {
                JobState from = state;
                assertThat(row.from()).isEqualTo(from);
                assertThat(JobTransitions.TABLE.rows())
                        .anyMatch(allowed -> allowed.from() == from && allowed.to() == row.to());
                state = row.to();
            }
        }
        assertThat(state).isEqualTo(job.state());
    }
}
