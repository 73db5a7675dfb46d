package dev.roundelay.worker.client;

import org.jspecify.annotations.Nullable;

/// What every transfer needs.
///
/// @param handover null where files do not change hands by link
record Wire(Calls calls, Backoff backoff, @Nullable Handover handover) {}
