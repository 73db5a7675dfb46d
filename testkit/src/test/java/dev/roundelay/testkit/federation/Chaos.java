package dev.roundelay.testkit.federation;

import dev.roundelay.federation.RunStore;
import dev.roundelay.kernel.KernelStore;
import dev.roundelay.testkit.federation.SimAgent.Fate;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// What goes wrong in a simulated world, drawn from a seed of its own: messages, agents, servers, spooled files.
final class Chaos {
    /// Reading is no instant at which a crash could do harm that a crash before the next write does not do.
    private static final Set<String> READS = Set.of(
            "load",
            "rounds",
            "findJob",
            "timeline",
            "assignments",
            "listJobs",
            "stagedFiles",
            "hasContribution",
            "end");

    private final SimWorld world;
    private final Random random;
    private boolean on = true;
    int crashes;
    int restarts;
    int lostFiles;
    int deaths;
    int reattempts;

    Chaos(SimWorld world, long seed) {
        this.world = world;
        this.random = new Random(seed);
    }

    /// Lays the faults around what the world's next server life uses.
    void install() throws IOException {
        world.kernelFaults = store -> breaking(KernelStore.class, store);
        world.runFaults = store -> breaking(RunStore.class, store);
        world.agents.forEach(agent -> agent.network = this::fate);
        restartServer();
    }

    void end() {
        on = false;
    }

    /// One tick of the world with what may go wrong in it.
    void tick() throws IOException {
        try {
            if (chance(0.02)) {
                restartServer();
            }
            if (chance(0.04)) {
                pick(world.agents).restart();
                deaths++;
            }
            for (SimAgent agent : world.agents) {
                // A worker that is away longer than its lease comes back with fences that are stale.
                agent.away = agent.away ? !chance(0.05) : chance(0.015);
            }
            if (chance(0.1)) {
                harmSpool();
            }
            world.tick();
        } catch (SimulatedCrash crash) {
            crashes++;
            restartServer();
        }
    }

    private void restartServer() throws IOException {
        restarts++;
        while (true) {
            try {
                world.startServer();
                return;
            } catch (SimulatedCrash crash) {
                crashes++;
            }
        }
    }

    private Fate fate() {
        if (!on) {
            return Fate.DELIVERED;
        }
        double drawn = random.nextDouble();
        return drawn < 0.06 ? Fate.LOST : drawn < 0.12 ? Fate.ANSWER_LOST : drawn < 0.2 ? Fate.DOUBLED : Fate.DELIVERED;
    }

    private void harmSpool() throws IOException {
        if (!Files.isDirectory(world.spoolFolder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(world.spoolFolder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        if (files.isEmpty()) {
            return;
        }
        Path file = pick(files);
        lostFiles++;
        if (random.nextBoolean()) {
            Files.delete(file);
        } else {
            flipByte(file);
            // A damaged file is only found by a server that did not write it itself.
            restartServer();
        }
    }

    private void flipByte(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long at = channel.size() - 1;
            var one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 1));
            channel.write(one.flip(), at);
        }
    }

    private boolean chance(double probability) {
        return on && random.nextDouble() < probability;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private <T> T breaking(Class<T> port, T store) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(), new Class<?>[] {port}, (_, method, arguments) -> {
                    boolean writes = !READS.contains(method.getName());
                    if (writes && chance(0.01)) {
                        throw new SimulatedCrash("before " + method.getName());
                    }
                    Object result;
                    try {
                        result = method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (writes && chance(0.01)) {
                        throw new SimulatedCrash("after " + method.getName());
                    }
                    return result;
                }));
    }
}
