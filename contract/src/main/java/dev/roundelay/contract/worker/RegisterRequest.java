package dev.roundelay.contract.worker;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `POST /worker/v1/register`, with the join token as bearer.
///
/// @param slots    0 only where no GPU of a `cuda` worker can be used at present
/// @param device   `cpu` or `cuda`
/// @param model    catalogue id
/// @param memoryMb memory that all slots share
/// @param versions names such as `python`, `torch`, `bubblewrap`, `agent`
public record RegisterRequest(
        String name,
        int protocol,
        int slots,
        String device,
        String model,
        long memoryMb,
        Map<String, String> labels,
        List<String> datasets,
        Map<String, String> versions) {
    /// The version of the worker protocol that these records describe.
    public static final int PROTOCOL = 1;

    public RegisterRequest {
        Objects.requireNonNull(name, "name is missing");
        Objects.requireNonNull(device, "device is missing");
        Objects.requireNonNull(model, "model is missing");
        labels = Map.copyOf(Objects.requireNonNull(labels, "labels is missing"));
        datasets = List.copyOf(Objects.requireNonNull(datasets, "datasets is missing"));
        versions = Map.copyOf(Objects.requireNonNull(versions, "versions is missing"));
    }
}
