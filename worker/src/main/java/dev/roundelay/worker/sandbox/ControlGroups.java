package dev.roundelay.worker.sandbox;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The control groups of one sandbox, as far as the machine lets us have any.
record ControlGroups(Optional<MemoryCgroup> memory, Optional<CgroupFolder> cpu) implements AutoCloseable {
    static ControlGroups none() {
        return new ControlGroups(Optional.empty(), Optional.empty());
    }

    static ControlGroups create(String name, long memoryBytes) {
        return new ControlGroups(MemoryCgroup.tryCreate(name, memoryBytes), CpuCgroup.tryCreate(name));
    }

    static void sweep() {
        MemoryCgroup.sweep();
        CpuCgroup.sweep();
    }

    /// Returns the files that a process writes its pid to in order to enter, one a line.
    String entrances() {
        return Stream.concat(memory.map(MemoryCgroup::entrance).stream(), cpu.map(CgroupFolder::entrance).stream())
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }

    /// Returns how many processes the kernel has killed because of the memory limit.
    long kills() {
        return memory.map(MemoryCgroup::kills).orElse(0L);
    }

    @Override
    public void close() {
        memory.ifPresent(MemoryCgroup::close);
        cpu.ifPresent(CgroupFolder::close);
    }
}
