package dev.roundelay.e2e.chaos;

import dev.roundelay.e2e.chaos.Fault.Victim;
import dev.roundelay.e2e.product.Product;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Finds the processes of a product that a fault is about.
final class Victims {
    private final Product product;
    private final List<String> workers;

    Victims(Product product, List<String> workers) {
        this.product = product;
        this.workers = List.copyOf(workers);
    }

    /// Returns the processes of a victim; none where there is no such one at the moment.
    List<ProcessHandle> of(Victim victim) {
        return switch (victim) {
            case SERVER -> List.of(product.server().handle());
            // A frozen database is all of its processes; the first one's death ends them all.
            case POSTGRES ->
                product.postmaster().stream()
                        .flatMap(first -> Stream.concat(Stream.of(first), first.descendants()))
                        .toList();
            case WORKER -> holder().stream().toList();
            case HARNESS -> harnesses().limit(1).toList();
        };
    }

    /// Kills as the kernel does; returns when it is gone.
    void kill(Victim victim) {
        List<ProcessHandle> found = of(victim);
        if (!found.isEmpty()) {
            ProcessHandle first = found.getFirst();
            first.destroyForcibly();
            first.onExit().completeOnTimeout(first, 10, TimeUnit.SECONDS).join();
        }
    }

    /// Returns an agent that runs a harness, the first one if none does.
    private List<ProcessHandle> holder() {
        return workers.stream()
                .map(name -> product.worker(name).handle())
                .filter(agent -> agent.descendants().findAny().isPresent())
                .findFirst()
                .or(() -> workers.stream()
                        .map(name -> product.worker(name).handle())
                        .findFirst())
                .stream()
                .toList();
    }

    private Stream<ProcessHandle> harnesses() {
        return product.jobProcesses().stream()
                .filter(process -> process.children().findAny().isEmpty())
                .filter(process -> process.info().command().orElse("").contains("python"));
    }
}
