package dev.roundelay.contract.worker;

/// A GPU model that workers of this server have.
///
/// @param id lower_snake_case, such as `rtx_4090`; `cpu` for workers without a GPU
public record GpuCatalogEntry(
        String id, String name, long memoryMb, int minPricePerGpuHourCents, int online, int free) {}
