package dev.roundelay.contract.job;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `PATCH /jobs/{id}`. What is null stays as it is.
///
/// @param note at most 10,000 characters; empty removes it
/// @param tags all tags; at most 20 of 1 to 50 characters
public record JobPatch(@Nullable String note, @Nullable List<String> tags) {}
