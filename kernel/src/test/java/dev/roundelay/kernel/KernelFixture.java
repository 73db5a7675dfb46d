package dev.roundelay.kernel;

import dev.roundelay.kernel.assignment.Assignment;
import dev.roundelay.kernel.assignment.AssignmentState;
import dev.roundelay.kernel.job.Failure;
import dev.roundelay.kernel.job.Job;
import dev.roundelay.kernel.job.JobId;
import dev.roundelay.kernel.job.UserId;
import dev.roundelay.kernel.worker.NewWorker;
import dev.roundelay.kernel.worker.WorkerId;
import dev.roundelay.kernel.worker.WorkerOffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// A kernel over an in-memory store, with agents that do as they are told and time that is stepped by hand.
final class KernelFixture {
    final ManualClock clock = new ManualClock();
    final InMemoryKernelStore memory = new InMemoryKernelStore();
    final FaultyStore store = new FaultyStore(memory);
    final Random random = new Random(7);
    final Map<String, TestAgent> agents = new LinkedHashMap<>();
    final List<String> told = new ArrayList<>();
    Kernel kernel = startKernel();

    KernelFixture() {
        // Lets the grace after the start pass.
        seconds(11);
    }

    Kernel startKernel() {
        Kernel next = new Kernel(store, KernelConfig.defaults(), clock, clock::nanos, random);
        next.addListener(new KernelListener() {
            @Override
            public void jobChanged(JobId id) {
                told.add("job " + id);
            }

            @Override
            public void siteFailed(JobId id, Assignment failed, Failure failure) {
                told.add("site failed " + failed.site() + " " + failure.reason());
            }

            @Override
            public void siteDropped(JobId id, int shard, Failure why) {
                told.add("site dropped " + Job.site(shard) + " " + why.reason());
            }

            @Override
            public void deposed(Epoch epoch) {
                told.add("deposed " + epoch.value());
            }
        });
        next.activate(memory.raiseEpoch());
        return next;
    }

    void restartKernel() {
        kernel = startKernel();
    }

    static WorkerOffer cpu(int slots) {
        return offer(slots, "cpu", 16_000, Set.of());
    }

    static WorkerOffer offer(int slots, String model, long memoryMb, Set<String> datasets) {
        String device = model.equals("cpu") ? "cpu" : "cuda";
        return new WorkerOffer(slots, device, model, memoryMb, Map.of(), datasets, Map.of(), Set.of(), Set.of());
    }

    TestAgent worker(String name) {
        return worker(name, "ada", cpu(1));
    }

    TestAgent worker(String name, WorkerOffer offer) {
        return worker(name, "ada", offer);
    }

    TestAgent worker(String name, String owner, WorkerOffer offer) {
        WorkerId id = new WorkerId("wrk_" + name);
        kernel.register(new NewWorker(id, name, new UserId(owner), offer), Participant.NONE);
        TestAgent agent = new TestAgent(this, id, offer);
        agents.put(name, agent);
        agent.sync();
        return agent;
    }

    TestAgent agent(String name) {
        TestAgent agent = agents.get(name);
        if (agent == null) {
            throw new AssertionError("no worker " + name);
        }
        return agent;
    }

    void price(TestAgent agent, int cents) {
        kernel.update(agent.id, AWorker.costing(cents));
    }

    Job submit(AJob wanted) {
        Submitted submitted = kernel.submit(wanted.build(), Participant.NONE);
        if (submitted instanceof Submitted.Accepted(Job job)) {
            return job;
        }
        throw new AssertionError("not accepted: " + submitted);
    }

    /// Submits a job and brings it to RUNNING.
    Job running(AJob wanted) {
        Job job = submit(wanted);
        settle();
        Verdict verdict = kernel.start(job.id());
        if (!verdict.isApplied()) {
            throw new AssertionError("not started: " + verdict);
        }
        return job(job.id());
    }

    Job job(JobId id) {
        return memory.findJob(id).orElseThrow();
    }

    Assignment holder(Job job, int shard) {
        return kernel.view().current(job.id(), shard).orElseThrow();
    }

    String workerOf(Job job, int shard) {
        return kernel.view()
                .image()
                .worker(holder(job, shard).workerId())
                .orElseThrow()
                .name();
    }

    /// Lets a second pass: due work, then every agent that is up syncs, then due work.
    void second() {
        for (int tick = 0; tick < 5; tick++) {
            clock.advance(Duration.ofMillis(200));
            kernel.runDueWork();
        }
        agents.values().stream().filter(agent -> agent.up).forEach(TestAgent::sync);
        kernel.runDueWork();
    }

    void seconds(int count) {
        for (int second = 0; second < count; second++) {
            second();
        }
    }

    /// Lets things happen until agents have taken up and prepared whatever there is.
    void settle() {
        kernel.runDueWork();
        seconds(3);
    }

    boolean isReady(Job job, int shard) {
        return holder(job, shard).state() == AssignmentState.READY;
    }
}
