package dev.roundelay.worker.gpu;

import dev.roundelay.contract.worker.Telemetry;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What is known of one GPU and who has it. Guarded by the lock of [Gpus].
final class Gpu {
    /// Who has it.
    enum Use {
        /// Nobody.
        FREE,
        /// The probe.
        PROBED,
        /// An attempt.
        LEASED,
        /// An attempt that is over, as long as its GPU memory is not free again.
        SETTLING
    }

    // Less than any CUDA context takes, more than what a driver's own figures waver by.
    private static final long WAVER_MB = 200;
    // nvidia-smi may fail or time out once on a busy machine.
    private static final int MISSES = 3;

    final int number;
    private final Optional<String> barred;
    private GpuReading reading;
    private Use use = Use.FREE;
    private Optional<String> trouble;
    private GpuProbe.Outcome proved = GpuProbe.Outcome.failed("");
    private int failures;
    private int misses;
    private long nextProbe;
    private long memoryBefore;
    private long settleUntil;

    /// @param barred why it has no slot whatever the probe says; empty for none
    Gpu(int number, GpuReading reading, Optional<String> barred, long nanos) {
        this.number = number;
        this.reading = reading;
        this.barred = barred;
        this.trouble = Optional.of(said("was not probed yet; wait"));
        this.nextProbe = nanos;
    }

    GpuReading reading() {
        return reading;
    }

    Use use() {
        return use;
    }

    /// Returns why jobs cannot run on it; empty if they can.
    Optional<String> trouble() {
        if (barred.isPresent()) {
            return barred.map(this::said);
        }
        if (!reading.hasUuid()) {
            return Optional.of(said("has no readable UUID (nvidia-smi shows an error in its place);"
                    + " look at the kernel's log (dmesg, NVRM: Xid), reset the GPU or restart the machine"));
        }
        return reading.mig()
                ? Optional.of(said("is split by MIG, whose parts are not leased; switch it off with nvidia-smi -i "
                        + reading.index() + " -mig 0"))
                : trouble;
    }

    boolean isUsable() {
        return trouble().isEmpty();
    }

    boolean isProbeDue(long nanos) {
        return use == Use.FREE && nextProbe - nanos <= 0;
    }

    long nanosToProbe(long nanos) {
        return nextProbe - nanos;
    }

    /// Returns whether CUDA may be tried on it: there is one to show, and it is whole.
    boolean isProbeable() {
        return barred.isEmpty() && reading.hasUuid() && !reading.mig();
    }

    OptionalLong memoryMb() {
        return reading.memoryMb().isPresent() ? reading.memoryMb() : known(proved.memoryMb());
    }

    OptionalLong freeMemoryMb() {
        return reading.freeMemoryMb().isPresent() ? reading.freeMemoryMb() : known(proved.freeMemoryMb());
    }

    void see(GpuReading now) {
        reading = now;
        misses = 0;
    }

    /// It was not listed; returns whether that makes it unusable now.
    boolean miss(String why, long nanos) {
        misses++;
        if (misses < MISSES || !isUsable()) {
            return false;
        }
        trouble = Optional.of(said(why));
        nextProbe = nanos;
        return true;
    }

    void beginProbe() {
        use = Use.PROBED;
    }

    void endProbe(GpuProbe.Outcome outcome, GpuSettings settings, long nanos) {
        use = Use.FREE;
        // A GPU that the driver does not list is not there, whatever CUDA said a moment before.
        if (outcome.good() && misses < MISSES) {
            proved = outcome;
            trouble = Optional.empty();
            nextProbe = nanos + settings.probePeriod().toNanos();
        } else {
            failures++;
            trouble = outcome.good() ? trouble : Optional.of(said(outcome.text()));
            nextProbe = nanos + settings.retry(failures).toNanos();
        }
    }

    /// Puts off a probe that could not say anything.
    void putOff(GpuSettings settings, long nanos) {
        nextProbe = nanos + settings.firstRetry().toNanos();
    }

    void lease() {
        use = Use.LEASED;
        memoryBefore = freeMemoryMb().orElse(0);
    }

    /// A harness failed by the GPU's fault: no slot until the next good probe.
    void blame(String why, GpuSettings settings, long nanos) {
        failures++;
        trouble = Optional.of(why);
        nextProbe = nanos + settings.retry(failures).toNanos();
    }

    /// It is to be probed before anybody has it again.
    void suspect(long nanos) {
        nextProbe = nanos;
    }

    void release(GpuSettings settings, long nanos) {
        use = Use.SETTLING;
        settleUntil = nanos + settings.settle().toNanos();
        if (trouble.isEmpty()) {
            failures = 0;
        }
    }

    /// Makes it free again if its memory is, or after long enough; returns whether it is free now and was not.
    boolean settle(long nanos) {
        if (use != Use.SETTLING) {
            return false;
        }
        boolean back = freeMemoryMb().orElse(memoryBefore) >= memoryBefore - WAVER_MB;
        if (back || settleUntil - nanos <= 0) {
            use = Use.FREE;
            return true;
        }
        return false;
    }

    Telemetry.Gpu view() {
        return new Telemetry.Gpu(
                reading.uuid(),
                reading.model(),
                memoryMb().orElse(0),
                freeMemoryMb().orElse(0),
                orNull(reading.utilizationPercent()),
                orNull(reading.temperatureCelsius()),
                isUsable(),
                trouble().orElse(null));
    }

    private String said(String what) {
        return "[" + reading.uuid() + "] " + what;
    }

    private static OptionalLong known(long mb) {
        return mb > 0 ? OptionalLong.of(mb) : OptionalLong.empty();
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}
