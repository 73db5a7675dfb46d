package dev.roundelay.cli;

import dev.roundelay.contract.worker.WorkerView;
import dev.roundelay.sdk.Roundelay;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `roundelay workers`.
@Command(name = "workers", mixinStandardHelpOptions = true, description = "Workers: list.")
final class WorkersCommand {
    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists own and shared workers.")
    int list(@Mixin ClientOptions client) {
        try (Roundelay roundelay = client.client()) {
            List<WorkerView> workers = roundelay.workers().list();
            client.output()
                    .table(
                            workers,
                            List.of("ID", "NAME", "STATE", "FREE", "MODEL", "MEMORY", "LAST SEEN"),
                            workers.stream()
                                    .map(worker -> List.of(
                                            worker.id(),
                                            worker.name(),
                                            worker.state(),
                                            worker.freeSlots() + "/" + worker.slots(),
                                            worker.model(),
                                            worker.memoryMb() + " MB",
                                            Texts.time(worker.lastSeenAt())))
                                    .toList(),
                            "no workers");
        }
        return ExitCodes.DONE;
    }
}
