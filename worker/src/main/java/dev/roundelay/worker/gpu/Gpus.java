package dev.roundelay.worker.gpu;

import dev.roundelay.contract.worker.Telemetry;
import dev.roundelay.worker.environment.PythonEnvironment;
import dev.roundelay.worker.sandbox.ProcessLauncher;
import dev.roundelay.worker.sandbox.Sandbox;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The GPUs that slots stand for: which work, which are free, and of how much memory. Thread-safe.
///
/// A GPU has a slot only after a good probe. One that fails a probe or a job, or that the driver lists no more, is in
/// quarantine with the reason until a probe is good again.
public final class Gpus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gpus.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Held around a call of the tool, which is for one thread at a time.
    private final ReentrantLock asking = new ReentrantLock();
    private final NvidiaSmi smi;
    private final ProcessLauncher launcher;
    private final GpuSettings settings;
    private final LongSupplier nanos;
    private final Runnable onChange;
    private final List<Gpu> all;
    private final String model;
    private final int atMost;
    private boolean closed;

    private Gpus(
            NvidiaSmi smi,
            ProcessLauncher launcher,
            GpuSettings settings,
            int slots,
            LongSupplier nanos,
            Runnable onChange,
            List<GpuReading> readings) {
        this.smi = smi;
        this.launcher = launcher;
        this.settings = settings;
        this.nanos = nanos;
        this.onChange = onChange;
        this.model = commonModel(readings);
        List<Gpu> gpus = new ArrayList<>();
        for (GpuReading reading : readings) {
            Optional<String> barred = reading.model().equals(model) || !reading.hasUuid()
                    ? Optional.empty()
                    : Optional.of("is a " + reading.model() + ", but a worker's slots are of one model, here " + model
                            + "; nothing to do, it is left alone");
            gpus.add(new Gpu(gpus.size(), reading, barred, nanos.getAsLong()));
        }
        this.all = List.copyOf(gpus);
        this.atMost = slots > 0 ? slots : gpus.size();
    }

    /// Looks for the GPUs of this machine; which there are stays as it is found now. None is usable before [#proveIn].
    ///
    /// @param slots    most slots; 0 for one for each GPU
    /// @param nanos    a monotonic clock
    /// @param onChange told when there is something new for the server: a slot more or less, or free again
    public static Gpus find(
            ProcessLauncher launcher, GpuSettings settings, int slots, LongSupplier nanos, Runnable onChange)
            throws InterruptedException {
        NvidiaSmi smi = new NvidiaSmi(launcher, settings.nvidiaSmi());
        List<GpuReading> readings = switch (smi.list()) {
            case NvidiaSmi.Listing.NoTool() -> List.of();
            case NvidiaSmi.Listing.Found(List<GpuReading> found) -> found;
            case NvidiaSmi.Listing.Failed(String why) -> {
                LOG.warn(
                        "[{}] {}; this worker offers no GPU. Mend the driver and start it again",
                        settings.nvidiaSmi(),
                        why);
                yield List.of();
            }
        };
        return new Gpus(smi, launcher, settings, slots, nanos, onChange, readings);
    }

    /// Proves every GPU in the sandbox of jobs, all at once, and from now on again from time to time.
    ///
    /// @param python  the worker's base interpreter
    /// @param program folder of the unpacked harness program
    public void proveIn(Sandbox sandbox, PythonEnvironment python, Path program) throws InterruptedException {
        prove(new CudaProbe(sandbox, launcher, python, program, settings));
    }

    void prove(GpuProbe by) throws InterruptedException {
        if (!all.isEmpty()) {
            locked(() -> all.stream().filter(gpu -> !gpu.isProbeable()).toList())
                    .forEach(gpu -> LOG.warn("{}; it has no slot", gpu.trouble().orElse("")));
            new ProbeLoop(this, by).start(all);
        }
    }

    /// Returns whether this machine has none.
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /// Returns the catalogue id of their model.
    public String model() {
        return model;
    }

    /// Returns the version of the driver.
    public String driver() {
        return all.getFirst().reading().driver();
    }

    /// Returns how many slots there are at most, with every GPU in order.
    public int mostSlots() {
        return Math.min(atMost, all.size());
    }

    /// Returns how many slots there are now: GPUs that jobs can use, and those that an attempt still has.
    public int slots() {
        return locked(
                () -> (int) Math.min(atMost, all.stream().filter(Gpus::hasSlot).count()));
    }

    /// Returns the memory of so many slots, each with that of the smallest GPU.
    public long memoryMb(int slots) {
        return locked(() -> slots
                * all.stream()
                        .filter(Gpus::hasSlot)
                        .mapToLong(gpu -> gpu.memoryMb().orElse(0))
                        .min()
                        .orElse(0));
    }

    /// Returns what is free on each slot that nobody has, the most first.
    public List<Long> slotFreeMemoryMb() {
        return locked(() -> all.stream()
                .filter(Gpus::isFree)
                .map(gpu -> gpu.freeMemoryMb().orElse(0))
                .sorted(Comparator.reverseOrder())
                .limit(Math.max(0, atMost - leased()))
                .toList());
    }

    /// Returns how each GPU is now.
    public List<Telemetry.Gpu> telemetry() {
        return locked(() -> all.stream().map(Gpu::view).toList());
    }

    /// Returns why GPUs have no slot, one reason each.
    public List<String> troubles() {
        return locked(() -> all.stream().flatMap(gpu -> gpu.trouble().stream()).toList());
    }

    /// A GPU that an attempt has.
    ///
    /// @param number  of its slot
    /// @param devices device nodes for its sandbox
    public record Lease(int number, String uuid, List<String> devices) {}

    /// Waits for a free GPU with so much free memory and takes it: the one that fits most tightly.
    public Lease take(long memoryMb) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Optional<Gpu> found = leased() >= atMost
                        ? Optional.empty()
                        : all.stream()
                                .filter(gpu -> isFree(gpu) && gpu.freeMemoryMb().orElse(memoryMb) >= memoryMb)
                                .min(Comparator.comparingLong(
                                        gpu -> gpu.freeMemoryMb().orElse(0)));
                if (found.isPresent()) {
                    Gpu gpu = found.get();
                    gpu.lease();
                    DeviceNodes nodes = new DeviceNodes(settings.dev(), settings.proc());
                    return new Lease(gpu.number, gpu.reading().uuid(), nodes.of(gpu.reading()));
                }
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Puts a GPU in quarantine: a harness failed by its fault.
    public void blame(Lease lease, String why) {
        LOG.warn("[{}] in quarantine until the next good probe: {}", lease.uuid(), why);
        change(() -> all.get(lease.number()).blame(why, settings, nanos.getAsLong()));
    }

    /// Has a GPU probed before anybody gets it again: a harness died on it, and nobody knows why.
    public void suspect(Lease lease) {
        change(() -> all.get(lease.number()).suspect(nanos.getAsLong()));
    }

    /// Gives a GPU back; it is free again when its memory is.
    public void release(Lease lease) {
        change(() -> all.get(lease.number()).release(settings, nanos.getAsLong()));
        try {
            refresh();
        } catch (InterruptedException _) {
            // The next reading, in 2 s, does as well.
            Thread.currentThread().interrupt();
        }
    }

    /// Asks the driver again.
    public void refresh() throws InterruptedException {
        if (all.isEmpty()) {
            return;
        }
        asking.lockInterruptibly();
        try {
            NvidiaSmi.Listing listing = smi.list();
            change(() -> see(listing));
        } finally {
            asking.unlock();
        }
    }

    private void see(NvidiaSmi.Listing listing) {
        long now = nanos.getAsLong();
        List<GpuReading> readings = switch (listing) {
            case NvidiaSmi.Listing.Found(List<GpuReading> found) -> found;
            case NvidiaSmi.Listing.Failed _, NvidiaSmi.Listing.NoTool _ -> List.of();
        };
        String why = listing instanceof NvidiaSmi.Listing.Failed(String said)
                ? "nvidia-smi " + said
                : "is not listed by nvidia-smi any more";
        for (Gpu gpu : all) {
            Optional<GpuReading> reading =
                    readings.stream().filter(one -> isSame(one, gpu.reading())).findFirst();
            reading.ifPresent(gpu::see);
            if (reading.isEmpty() && gpu.miss(why + "; look at the kernel's log (dmesg, NVRM: Xid)", now)) {
                LOG.warn("{}", gpu.trouble().orElse(""));
            }
            if (gpu.settle(now)) {
                LOG.debug("{} is free again", gpu.reading().uuid());
            }
        }
    }

    private static boolean isSame(GpuReading now, GpuReading before) {
        return now.hasUuid() && before.hasUuid() ? now.uuid().equals(before.uuid()) : now.index() == before.index();
    }

    /// Waits until a GPU that nobody has is to be probed; null once closed.
    @Nullable
    Gpu awaitDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                long now = nanos.getAsLong();
                Optional<Gpu> due =
                        all.stream().filter(gpu -> gpu.isProbeDue(now)).findFirst();
                if (due.isPresent()) {
                    return due.get();
                }
                long wait = all.stream()
                        .filter(gpu -> gpu.use() == Gpu.Use.FREE)
                        .mapToLong(gpu -> gpu.nanosToProbe(now))
                        .min()
                        .orElse(settings.probePeriod().toNanos());
                var _ = changed.await(wait, TimeUnit.NANOSECONDS);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a GPU for its probe, if it is due and makes sense; nobody else gets it until [#endProbe].
    boolean beginProbe(Gpu gpu) {
        return locked(() -> {
            long now = nanos.getAsLong();
            if (!gpu.isProbeDue(now)) {
                return false;
            }
            if (!gpu.isProbeable()) {
                gpu.putOff(settings, now);
                return false;
            }
            gpu.beginProbe();
            return true;
        });
    }

    /// Takes down what a probe found.
    void endProbe(Gpu gpu, GpuProbe.Outcome found) {
        if (locked(() -> closed)) {
            return; // it was killed with the agent, and says nothing of the GPU
        }
        Optional<String> before = locked(gpu::trouble);
        change(() -> gpu.endProbe(found, settings, nanos.getAsLong()));
        tell(gpu, before, locked(gpu::trouble), found);
    }

    private static void tell(Gpu gpu, Optional<String> before, Optional<String> now, GpuProbe.Outcome found) {
        if (now.isPresent() && !now.equals(before)) {
            LOG.warn("{}; it has no slot until a probe is good", now.get());
        } else if (now.isEmpty() && before.isPresent()) {
            LOG.info("[{}] a {} works ({})", gpu.reading().uuid(), gpu.reading().name(), found.text());
        }
    }

    // A GPU in quarantine keeps its slot while an attempt has it: the server counts attempts against slots.
    private static boolean hasSlot(Gpu gpu) {
        return gpu.isUsable() || gpu.use() == Gpu.Use.LEASED;
    }

    private static boolean isFree(Gpu gpu) {
        return gpu.isUsable() && gpu.use() == Gpu.Use.FREE;
    }

    private int leased() {
        return (int) all.stream()
                .filter(gpu -> gpu.use() == Gpu.Use.LEASED || gpu.use() == Gpu.Use.SETTLING)
                .count();
    }

    /// The model with the most memory in all: a small card for the screen beside the large ones is left alone.
    private static String commonModel(List<GpuReading> readings) {
        TreeMap<String, Long> memory = new TreeMap<>();
        readings.stream()
                .filter(GpuReading::hasUuid)
                .forEach(reading ->
                        memory.merge(reading.model(), 1 + reading.memoryMb().orElse(0), Long::sum));
        return memory.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseGet(
                        () -> readings.isEmpty() ? "cpu" : readings.getFirst().model());
    }

    /// Changes something, and says so where the server should hear of it at once.
    private void change(Runnable what) {
        boolean news = locked(() -> {
            List<Boolean> before = slotsNow();
            what.run();
            changed.signalAll();
            return !slotsNow().equals(before);
        });
        if (news) {
            onChange.run();
        }
    }

    private List<Boolean> slotsNow() {
        return all.stream().flatMap(gpu -> Stream.of(hasSlot(gpu), isFree(gpu))).toList();
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
