package dev.roundelay.sdk;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.roundelay.contract.Page;
import dev.roundelay.contract.worker.WorkerView;
import java.util.ArrayList;
import java.util.List;

/// The calls about workers.
public final class Workers {
    private final Transport transport;

    Workers(Transport transport) {
        this.transport = transport;
    }

    /// Reads all own and shared workers.
    public List<WorkerView> list() {
        List<WorkerView> workers = new ArrayList<>();
        while (true) {
            Call call =
                    Call.of("GET", "/workers").query("limit", Page.MAX_LIMIT).query("offset", workers.size());
            Page<WorkerView> page = transport.json(call, new TypeReference<>() {});
            workers.addAll(page.items());
            if (page.items().isEmpty() || workers.size() >= page.total()) {
                return List.copyOf(workers);
            }
        }
    }
}
